import { type Cases, setOnTarget, variable, withSource, withTarget } from '../world.ts';

export const cases: Cases = {
  'nothing else moves': { given: {}, severity: 'PASS', says: /Nothing/ },
  'the same': {
    given: {
      ...withSource({ variables: [variable('JWT_SECRET', { fingerprint: 'jwt', secret: true })] }),
      ...withTarget({ variables: [setOnTarget('JWT_SECRET', { fingerprint: 'jwt' })] }),
    },
    severity: 'PASS',
    says: /1 variable\./,
  },
  'another value': {
    given: {
      ...withSource({ variables: [variable('JWT_SECRET', { fingerprint: 'jwt', secret: true })] }),
      ...withTarget({ variables: [setOnTarget('JWT_SECRET', { fingerprint: 'other' })] }),
    },
    severity: 'INFO',
    says: /another value/,
  },
  'perhaps in an object': {
    given: {
      ...withSource({ variables: [variable('JWT_SECRET', { fingerprint: 'jwt', secret: true })] }),
      ...withTarget({
        variables: [],
        environmentFrom: [{ kind: 'secret', name: 'bundle', through: null, complete: false }],
      }),
    },
    severity: 'INFO',
    says: /whether bundle sets JWT_SECRET/,
  },
  missing: {
    given: {
      ...withSource({ variables: [variable('JWT_SECRET', { fingerprint: 'jwt', secret: true })] }),
      ...withTarget({ variables: [] }),
    },
    severity: 'WARNING',
    says: /Missing on the target: JWT_SECRET/,
  },
  'cookies are told to the chart, and looked at with BASE_DOMAIN': {
    given: withSource({ variables: [variable('COOKIE_INSECURE', { value: 'true' })] }),
    severity: 'PASS',
    says: /Nothing/,
  },
  'Temporal is told to the chart later': {
    given: withSource({ variables: [variable('WORKFLOW_TEMPORAL_CLUSTER_NAMESPACE', { value: 'acme.a1b2c' })] }),
    severity: 'PASS',
    says: /Nothing/,
  },
};
