import { deployed, migrationFile } from '../../../support/run-documents.ts';
import type { Cases } from '../world.ts';

/** It is a Sunday at noon; both servers are maintained on Sundays from 3:00 to 3:30. */
const scheduled = (schedule: object) => ({ configuration: deployed({ ...migrationFile(), schedule }) });

export const cases: Cases = {
  none: { given: {}, severity: 'INFO', says: /No rehearsal is scheduled/ },
  'of preflight alone': {
    given: scheduled({ preflight: 'rate(1 day)' }),
    severity: 'INFO',
    says: /Preflight starts by rate\(1 day\).*no rehearsal is scheduled/,
  },
  weekly: {
    given: scheduled({ preflight: 'rate(1 day)', rehearsal: 'cron(0 3 ? * SAT *)' }),
    severity: 'PASS',
    says: /cron\(0 3 \? \* SAT \*\), UTC, next at 2026-03-07 03:00 UTC. Preflight starts by rate/,
  },
  'at a rate': { given: scheduled({ rehearsal: 'rate(7 days)' }), severity: 'PASS', says: /rate\(7 days\), UTC\./ },
  'while servers are maintained': {
    given: scheduled({ rehearsal: 'cron(15 3 ? * SUN *)' }),
    severity: 'INFO',
    says: /next at 2026-03-08 03:15 UTC: within .* acme-source, sun:03:00-sun:03:30 UTC; acme-target/,
  },
  'of years that are over': {
    given: scheduled({ preflight: 'rate(1 day)', rehearsal: 'cron(0 3 ? * SAT 2024-2025)' }),
    severity: 'WARNING',
    says: /No start is left of cron\(0 3 \? \* SAT 2024-2025\)\./,
  },
};
