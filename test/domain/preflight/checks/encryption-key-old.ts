import { type Cases, setOnTarget, withSource, withTarget } from '../world.ts';

export const cases: Cases = {
  'no rotation on either side': { given: {}, severity: 'PASS', says: /Neither/ },
  'the same former key': {
    given: {
      ...withSource({ encryption: { gcm: false, v2: false, previousKey: { secretArn: null, fingerprint: 'old' } } }),
      ...withTarget({ encryption: { gcm: false, v2: false, previousKey: { secretArn: null, fingerprint: 'old' } } }),
    },
    severity: 'PASS',
    says: /Equal/,
  },
  'only the target has one': {
    given: withTarget({ encryption: { gcm: false, v2: false, previousKey: { secretArn: null, fingerprint: 'old' } } }),
    severity: 'INFO',
    says: /Remove it/,
  },
  'it cannot be read on the target': {
    given: {
      ...withSource({ encryption: { gcm: false, v2: false, previousKey: { secretArn: null, fingerprint: 'old' } } }),
      ...withTarget({ variables: [setOnTarget('ENCRYPTION_KEY_OLD', { from: 'secret' })] }),
    },
    severity: 'WARNING',
    says: /Could not be learned/,
  },
  'nothing is known of the target': {
    given: withTarget({ encryption: null }),
    severity: 'WARNING',
    says: /Could not be learned/,
  },
  'only the source has one': {
    given: withSource({ encryption: { gcm: false, v2: false, previousKey: { secretArn: null, fingerprint: 'old' } } }),
    severity: 'BLOCKER',
    says: /the target does not/,
  },
  'they differ': {
    given: {
      ...withSource({ encryption: { gcm: false, v2: false, previousKey: { secretArn: null, fingerprint: 'old' } } }),
      ...withTarget({ encryption: { gcm: false, v2: false, previousKey: { secretArn: null, fingerprint: 'new' } } }),
    },
    severity: 'BLOCKER',
    says: /is not the source's/,
  },
};
