import { type Cases, deployment, withTarget } from '../world.ts';

export const cases: Cases = {
  'none is deployed': { given: {}, severity: 'PASS', says: /None/ },
  'deployed and off': {
    given: withTarget({ deployments: [deployment({ name: 'worker', role: 'workflow-worker' })] }),
    severity: 'PASS',
    says: /worker: no replicas/,
  },
  'workers run': {
    given: withTarget({ deployments: [deployment({ name: 'worker', role: 'workflow-worker', replicas: 1 })] }),
    severity: 'BLOCKER',
    says: /worker run/,
  },
  'agents run': {
    given: withTarget({ deployments: [deployment({ name: 'agents', role: 'agent-worker', replicas: 1 })] }),
    severity: 'BLOCKER',
    says: /agents run/,
  },
};
