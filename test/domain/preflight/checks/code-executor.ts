import { type Cases, companion, deployment, withSource, withTarget } from '../world.ts';

export const cases: Cases = {
  'the source has none': { given: {}, severity: 'PASS', says: /none/ },
  'both have one': {
    given: {
      ...withSource({ companions: [companion('code-executor')] }),
      ...withTarget({ deployments: [deployment({ name: 'executor', role: 'code-executor' })] }),
    },
    severity: 'PASS',
    says: /and executor/,
  },
  'the target has none': {
    given: withSource({ companions: [companion('code-executor')] }),
    severity: 'WARNING',
    says: /no deployment of the target/,
  },
};
