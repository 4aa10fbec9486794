import { type Cases, setOnTarget, withSource, withTarget } from '../world.ts';

export const cases: Cases = {
  equal: { given: {}, severity: 'PASS', says: /Equal/ },
  neither: {
    given: { ...withSource({ variables: [] }), ...withTarget({ variables: [] }) },
    severity: 'INFO',
    says: /Neither/,
  },
  'neither, as far as is known': {
    given: {
      ...withSource({ variables: [] }),
      ...withTarget({
        variables: [],
        environmentFrom: [{ kind: 'secret', name: 'extra-env-vars', through: null, complete: false }],
      }),
    },
    severity: 'INFO',
    says: /Could not be learned/,
  },
  'another one': {
    given: withTarget({ variables: [setOnTarget('LICENSE_KEY', { fingerprint: 'other' })] }),
    severity: 'INFO',
    says: /another license/,
  },
  'not readable': {
    given: withTarget({ variables: [setOnTarget('LICENSE_KEY', { from: 'secret' })] }),
    severity: 'INFO',
    says: /Could not be learned/,
  },
  missing: { given: withTarget({ variables: [] }), severity: 'WARNING', says: /the target does not/ },
};
