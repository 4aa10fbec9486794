import { startsWithin } from '../../cron.ts';
import { moment } from '../../window.ts';
import { type Check, type Collected, info, pass, unlearned, warning } from '../check.ts';
import { duration, several } from '../words.ts';

/** Seconds for which starts are counted while no rehearsal has predicted a freeze. */
const UNPREDICTED = 3600;

/** The state of what runs is in Temporal, which does not move with Retool's database. */
export const check: Check = {
  id: 'running-workflows',
  title: 'The freeze cuts no workflow',
  about: 'cutover',
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
        `${runs} runs have not ended (${states}${oldest ? `; the oldest since ${moment(Date.parse(oldest))}` : ''}): what still runs at the freeze is cut off. ${starts.saw}${left}`,
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

/** What schedules start during the longest predicted freeze, if it begins now or with the window. */
function startsOf({ databases, configuration, lastRehearsal, now }: Collected): { saw: string; any: boolean } {
  const schedules = databases.workflowActivity?.schedules ?? [];
  const seconds = lastRehearsal?.predictedFreezeSeconds.high ?? UNPREDICTED;
  const from = Math.max(now, configuration.window ? Date.parse(configuration.window.from) : now);
  const { starts, first, unreadable } = startsWithin(schedules, from, from + seconds * 1000);
  const on = schedules.reduce((sum, { workflows }) => sum + workflows, 0);
  const words = [
    on === 0
      ? 'No schedule is on.'
      : `${on} workflows have a schedule that is on; in ${duration(seconds)} from ${moment(from)} they start ${starts} ${starts === 1 ? 'time' : 'times'}${first === null ? '' : `, first at ${moment(first)}`}.`,
    ...(unreadable > 0 ? [`Schedules of ${unreadable} could not be read.`] : []),
  ];
  return { saw: words.join(' '), any: starts + unreadable > 0 };
}
