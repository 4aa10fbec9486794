import { type Cases, deployment, withTarget } from '../world.ts';

export const cases: Cases = {
  'no replicas': { given: {}, severity: 'PASS', says: /none of them/ },
  'one runs': {
    given: withTarget({ deployments: [deployment({ replicas: 2 })] }),
    severity: 'BLOCKER',
    says: /retool 2/,
  },
};
