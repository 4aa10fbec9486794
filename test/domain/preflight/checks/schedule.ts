import { deployed, migrationFile } from '../../../support/run-documents.ts';
import type { Cases } from '../world.ts';

export const cases: Cases = {
  none: { given: {}, severity: 'INFO', says: /No rehearsal is scheduled/ },
  'of preflight alone': {
    given: { configuration: deployed({ ...migrationFile(), schedule: { preflight: 'rate(1 day)' } }) },
    severity: 'INFO',
    says: /Preflight starts by rate\(1 day\).*no rehearsal is scheduled/,
  },
  weekly: {
    given: { configuration: deployed({ ...migrationFile(), schedule: { rehearsal: 'cron(0 3 ? * SUN *)' } }) },
    severity: 'PASS',
    says: /cron\(0 3 \? \* SUN \*\)/,
  },
};
