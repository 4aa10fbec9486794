import { readSchedule } from '../../../workflow/schedule.ts';
import { utc } from '../../quantities.ts';
import { withinWeekly } from '../../weekly-window.ts';
import { type Check, info, type Learned, pass, warning } from '../check.ts';

/** On Saturdays at 3; the check says when a server's maintenance comes then. */
const EXAMPLE = 'cron(0 3 ? * SAT *)';

export const check: Check = {
  id: 'schedule',
  title: 'Rehearsals happen by themselves',
  about: 'cutover',
  look(collected) {
    const { preflight, rehearsal } = collected.configuration.schedule ?? {};
    const over = [preflight, rehearsal].filter((each) => each !== undefined && nextStart(each, collected.now) === null);
    if (over.length > 0) {
      return warning(`No start is left of ${over.join(' and ')}.`, 'Change the years of the schedule, or take it out.');
    }
    if (rehearsal) return ofRehearsals(rehearsal, preflight, collected);
    if (preflight) {
      return info(
        `Preflight starts by ${preflight}, UTC; no rehearsal is scheduled, so that the last one grows old.`,
        `Set "schedule": { "rehearsal": "${EXAMPLE}" } in the migration, too.`,
      );
    }
    return info(
      'No rehearsal is scheduled, and no preflight: the last rehearsal grows old, and a change of the target, the databases or DNS is seen by nobody.',
      `Set "schedule": { "preflight": "rate(1 day)", "rehearsal": "${EXAMPLE}" } in the migration.`,
    );
  },
};

function ofRehearsals(rehearsal: string, preflight: string | undefined, { databases, now }: Learned) {
  const next = nextStart(rehearsal, now) ?? now;
  // A rate counts from when it was deployed, which is not known here.
  const isFixed = !rehearsal.startsWith('rate');
  const servers = [databases?.source.server, databases?.target.server].filter((server) => server != null);
  const maintained = servers.filter(
    ({ maintenanceWindow }) => isFixed && maintenanceWindow !== null && withinWeekly(maintenanceWindow, next),
  );
  if (maintained.length > 0) {
    const windows = maintained.map(({ name, maintenanceWindow }) => `${name}, ${maintenanceWindow} UTC`).join('; ');
    return info(
      `A rehearsal starts by ${rehearsal}, next at ${utc(next)}: within the maintenance window of ${windows}.`,
      'Choose another time: a server that is restarted ends the copy.',
    );
  }
  const looks = preflight ? ` Preflight starts by ${preflight}.` : '';
  return pass(`A rehearsal starts by ${rehearsal}, UTC${isFixed ? `, next at ${utc(next)}` : ''}.${looks}`);
}

/** Milliseconds since 1970; null when none is left. What the configuration holds was read when it was loaded. */
function nextStart(expression: string, now: number): number | null {
  const schedule = readSchedule(expression);
  return 'problem' in schedule ? null : schedule.next(now);
}
