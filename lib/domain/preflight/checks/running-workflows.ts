import { startsWithin } from '../../cron.ts';
import { duration, several, utc } from '../../quantities.ts';
import { type Check, type Collected, info, pass, unlearned, warning } from '../check.ts';

/** Seconds for which starts are counted while nobody knows when the freeze begins or how long it lasts. */
const DAY = 86_400;

/** The state of what runs is in Temporal, which does not move with Retool's database. */
export const check: Check = {
  id: 'running-workflows',
  title: 'The freeze cuts no workflow',
  about: 'cutover',
  needsDatabases: true,
  look(collected) {
    const { source, databases, plan } = collected;
    const { workflowActivity: activity } = databases;
    const none = source.workflows !== null && !source.workflows.workflows && !source.workflows.agents;
    if (!activity?.runs || !activity.schedules) {
      if (none) return pass('None is deployed.');
      return unlearned(
        `${activity ? 'all of ' : ''}what workflows do: the database has no table of them that Passage knows.`,
        'Look at the runs and schedules in the application, and switch workflows off before the cutover.',
      );
    }
    const { open } = activity.runs;
    const runs = open.reduce((sum, { count }) => sum + count, 0);
    const starts = startsOf(collected);
    const left = none ? ' The source deploys no workflow backend that Passage sees: these may be left over.' : '';
    if (runs > 0) {
      const oldest = open.flatMap((each) => each.oldest ?? []).sort()[0];
      const states = several(open.map(({ status, count }) => `${count} ${status}`));
      const result = [
        `${runs} runs have not ended (${states}${oldest ? `; the oldest since ${utc(Date.parse(oldest))}` : ''}): what still runs at the freeze is cut off. ${starts.saw}${left}`,
        'Switch schedules and webhooks off before the cutover and let runs end (they last 30 hours at most, with user tasks 60 days), or accept their loss.',
      ] as const;
      return plan.mode === 'rehearsal' ? info(...result) : warning(...result);
    }
    if (!starts.any) return pass(`No run is under way. ${starts.saw}`);
    return info(
      `No run is under way. ${starts.saw}${left}`,
      'What would start during the freeze does not, and is not made up for: start it by hand afterwards where it matters.',
    );
  },
};

/**
 * What schedules start during the longest predicted freeze, if it begins with the window, or in a cutover now. Of a
 * freeze whose time nobody has said, no interval tells: then by the day.
 */
function startsOf({ databases, configuration, lastRehearsal, now, plan }: Collected): { saw: string; any: boolean } {
  const schedules = databases.workflowActivity?.schedules ?? [];
  const { window } = configuration;
  const freeze = lastRehearsal?.predictedFreezeSeconds.high ?? null;
  const isKnown = freeze !== null && (window !== undefined || plan.mode === 'cutover');
  const seconds = isKnown ? freeze : DAY;
  const from = Math.max(now, window ? Date.parse(window.from) : now);
  const { starts, first, unreadable } = startsWithin(schedules, from, from + seconds * 1000);
  const on = schedules.reduce((sum, { workflows }) => sum + workflows, 0);
  const when = isKnown
    ? `in a freeze of ${duration(seconds)} from ${utc(from)}`
    : `in a day from ${utc(from)}, of which a freeze takes a part,`;
  const words = [
    on === 0
      ? 'No schedule is on.'
      : `${on} ${on === 1 ? 'workflow has' : 'workflows have'} a schedule that is on; ${when} they start ${starts} ${starts === 1 ? 'time' : 'times'}${first === null ? '' : `, first at ${utc(first)}`}.`,
    ...(unreadable > 0 ? [`Schedules of ${unreadable} could not be read.`] : []),
  ];
  return { saw: words.join(' '), any: starts + unreadable > 0 };
}
