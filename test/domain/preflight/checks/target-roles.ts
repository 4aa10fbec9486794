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
};
