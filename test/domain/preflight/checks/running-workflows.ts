import type { Collected } from '../../../../lib/domain/preflight/check.ts';
import { later, plan, rehearsal, source } from '../../../support/run-documents.ts';
import { type Cases, fine, withSource } from '../world.ts';

type Activity = NonNullable<Collected['databases']['workflowActivity']>;
const doing = (more: Partial<Activity>): Partial<Collected> => ({
  databases: {
    ...fine.databases,
    workflowActivity: { runs: { table: 'public.workflow_run', open: [] }, schedules: [], ...more },
  },
});
const deployed = withSource({ workflows: { ...source().workflows!, workflows: true } });
const running = doing({
  runs: {
    table: 'public.workflow_run',
    open: [
      { status: 'IN_PROGRESS', count: 2, oldest: later(-7200) },
      { status: 'PENDING', count: 1, oldest: null },
    ],
  },
  schedules: [{ crontab: '*/15 * * * *', timezone: 'UTC', workflows: 26 }],
});

export const cases: Cases = {
  'none deployed, and no table': { given: {}, severity: 'PASS', says: /None is deployed/ },
  'deployed, and no table that is known': { given: deployed, severity: 'INFO', says: /no table of them/ },
  'no table of schedules': { given: { ...deployed, ...doing({ schedules: null }) }, severity: 'INFO', says: /all of/ },
  'nothing runs, nothing will': { given: doing({}), severity: 'PASS', says: /No run.*No schedule/ },
  'nothing starts during the freeze': {
    given: doing({ schedules: [{ crontab: '0 3 * * *', timezone: null, workflows: 4 }] }),
    severity: 'PASS',
    says: /4 workflows.*start 0 times/,
  },
  'schedules start during the freeze': {
    given: {
      ...doing({ schedules: [{ crontab: '*/15 * * * *', timezone: 'Europe/Berlin', workflows: 3 }] }),
      lastRehearsal: rehearsal({ predictedFreezeSeconds: { low: 60, high: 3600 } }),
    },
    severity: 'INFO',
    says: /in a freeze of 1 h 00 min from 2026-03-01 12:00 UTC they start 12 times, first at 2026-03-01 12:00 UTC/,
  },
  'of a rehearsal without a window nobody knows when the freeze comes: by the day': {
    given: {
      ...doing({ schedules: [{ crontab: '0 3 * * *', timezone: null, workflows: 4 }] }),
      plan: plan({ mode: 'rehearsal' }),
    },
    severity: 'INFO',
    says: /4 workflows have .* in a day from 2026-03-01 12:00 UTC, .* they start 4 times, first at 2026-03-02 03:00 UTC/,
  },
  'schedules of the window count, and nothing of now': {
    given: {
      ...doing({ schedules: [{ crontab: '0 22 * * *', timezone: null, workflows: 1 }] }),
      configuration: { ...fine.configuration, window: { from: later(36_000), to: later(40_000) } },
    },
    severity: 'INFO',
    says: /from 2026-03-01 22:00 UTC they start 1 time/,
  },
  'a schedule that cannot be read': {
    given: doing({ schedules: [{ crontab: '@hourly', timezone: null, workflows: 1 }] }),
    severity: 'INFO',
    says: /Schedules of 1 could not be read/,
  },
  'runs are under way': {
    given: running,
    severity: 'WARNING',
    says: /3 runs have not ended \(2 IN_PROGRESS, 1 PENDING; the oldest since 2026-03-01 10:00 UTC\)/,
  },
  'runs are under way in a rehearsal, which cuts none': {
    given: { ...running, plan: plan({ mode: 'rehearsal' }) },
    severity: 'INFO',
    says: /26 workflows/,
  },
};
