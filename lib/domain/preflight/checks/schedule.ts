import { type Check, info, pass } from '../check.ts';

export const check: Check = {
  id: 'schedule',
  title: 'Rehearsals happen by themselves',
  about: 'cutover',
  look({ configuration: { schedule } }) {
    if (schedule?.rehearsal) {
      const looks = schedule.preflight ? ` Preflight starts by ${schedule.preflight}.` : '';
      return pass(`A rehearsal starts by ${schedule.rehearsal}, UTC.${looks}`);
    }
    if (schedule?.preflight) {
      return info(
        `Preflight starts by ${schedule.preflight}, UTC; no rehearsal is scheduled, so that the last one grows old.`,
        'Set "schedule": { "rehearsal": "cron(0 3 ? * SUN *)" } in the migration, too.',
      );
    }
    return info(
      'No rehearsal is scheduled, and no preflight: the last rehearsal grows old, and a change of the target, the databases or DNS is seen by nobody.',
      'Set "schedule": { "preflight": "rate(1 day)", "rehearsal": "cron(0 3 ? * SUN *)" } in the migration.',
    );
  },
};
