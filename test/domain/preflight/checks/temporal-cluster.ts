import { type Cases, companion, withSource } from '../world.ts';

export const cases: Cases = {
  'neither workflows nor agents': { given: {}, severity: 'PASS', says: /Neither/ },
  'managed by Retool': {
    given: withSource({ workflows: { workflows: true, agents: false, temporal: null } }),
    severity: 'PASS',
    says: /managed/,
  },
  'Temporal Cloud': {
    given: withSource({
      workflows: {
        workflows: true,
        agents: false,
        temporal: { host: 'temporal.host', port: null, namespace: null, kind: 'cloud' },
      },
    }),
    severity: 'INFO',
    says: /stays/,
  },
  'nothing is known': { given: withSource({ workflows: null }), severity: 'INFO', says: /Could not be learned/ },
  'a cluster of its own': {
    given: withSource({
      workflows: {
        workflows: true,
        agents: false,
        temporal: { host: 'temporal.host', port: null, namespace: null, kind: 'own' },
      },
    }),
    severity: 'WARNING',
    says: /temporal.host/,
  },
  'a service that is Temporal': {
    given: withSource({ companions: [companion('temporal')] }),
    severity: 'WARNING',
    says: /does not move/,
  },
};
