import { type Cases, companion, variable, withSource } from '../world.ts';

export const cases: Cases = {
  'neither workflows nor agents': { given: {}, severity: 'PASS', says: /Neither/ },
  'managed by Retool': {
    given: withSource({ workflows: { workflows: true, agents: false, temporal: null } }),
    severity: 'PASS',
    says: /managed/,
  },
  'at a host that cannot be read': {
    given: withSource({
      workflows: { workflows: true, agents: false, temporal: null },
      variables: [variable('WORKFLOW_TEMPORAL_CLUSTER_FRONTEND_HOST', { fate: 'derive', reference: '/temporal/host' })],
    }),
    severity: 'INFO',
    says: /Could not be learned: whether the source has a Temporal cluster/,
  },
  'at a host that an environment file may name': {
    given: withSource({
      workflows: { workflows: true, agents: false, temporal: null },
      environmentFiles: ['arn:aws:s3:::acme/.env'],
    }),
    severity: 'INFO',
    says: /Could not be learned/,
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
