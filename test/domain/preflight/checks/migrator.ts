import { type Cases, deployment, withTarget } from '../world.ts';

export const cases: Cases = {
  'one may': { given: {}, severity: 'PASS', says: /Only retool/ },
  'two may': {
    given: withTarget({ deployments: [deployment(), deployment({ name: 'jobs' })] }),
    severity: 'WARNING',
    says: /retool, jobs/,
  },
  'none may': {
    given: withTarget({ deployments: [deployment({ mayMigrate: false })] }),
    severity: 'WARNING',
    says: /No deployment/,
  },
  'what opens no database': {
    given: withTarget({ deployments: [deployment(), deployment({ name: 'code', role: 'code-executor' })] }),
    severity: 'PASS',
  },
};
