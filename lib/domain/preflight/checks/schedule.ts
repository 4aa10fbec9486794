import { type Check, info, pass } from '../check.ts';

export const check: Check = {
  id: 'schedule',
  title: 'Rehearsals happen by themselves',
  about: 'cutover',
  look({ configuration: { schedule } }) {
    if (schedule?.rehearsal) return pass(`A rehearsal starts by ${schedule.rehearsal}, UTC.`);
    return info(
      'No rehearsal is scheduled: the last one grows old, and nobody sees when something begins to fail.',
      'Set "schedule": { "rehearsal": "cron(0 3 ? * SUN *)" } in the migration.',
    );
  },
};
