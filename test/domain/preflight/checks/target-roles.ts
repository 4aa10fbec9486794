import { type Cases, deployment, service, withSource, withTarget } from '../world.ts';

export const cases: Cases = {
  'each has its deployment': { given: {}, severity: 'PASS', says: /jobs-runner/ },
  'connectors are part of the backend': {
    given: withSource({ services: [service(), service({ service: 'connector', roles: ['dbconnector'] })] }),
    severity: 'PASS',
  },
  'no jobs runner': {
    given: withTarget({ deployments: [deployment()] }),
    severity: 'WARNING',
    says: /jobs \(jobs-runner\)/,
  },
  'a workflow backend, which connects as well': {
    given: withSource({
      services: [
        service(),
        service({ service: 'workflows', roles: ['workflow-backend', 'dbconnector', 'db-ssh-connector'] }),
      ],
    }),
    severity: 'WARNING',
    says: /workflows \(workflow-backend\)/,
  },
  'one service that does everything': {
    given: {
      ...withSource({ services: [service({ roles: ['main-backend', 'jobs-runner', 'dbconnector'] })] }),
      ...withTarget({ deployments: [deployment()] }),
    },
    severity: 'PASS',
  },
  'one service that runs workflows beside the backend': {
    given: withSource({ services: [service({ roles: ['main-backend', 'workflow-backend'] })] }),
    severity: 'WARNING',
    says: /web \(workflow-backend\)/,
  },
};
