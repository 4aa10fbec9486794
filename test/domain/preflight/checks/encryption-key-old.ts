import { type Cases, setOnTarget, variable, withSource, withTarget } from '../world.ts';

const rotating = { encryption: { gcm: false, v2: false, previousKey: { secretArn: null, fingerprint: 'old' } } };
const closed = {
  environmentFrom: [{ kind: 'secret' as const, name: 'extra-env-vars', through: null, complete: false }],
};

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
  'the target may have it in an object whose keys are not known': {
    given: { ...withSource(rotating), ...withTarget(closed) },
    severity: 'WARNING',
    says: /the target's ENCRYPTION_KEY_OLD/,
  },
  'the source has none, whatever the target may have': {
    given: withTarget(closed),
    severity: 'PASS',
    says: /The source sets no/,
  },
  "the source's cannot be read": {
    given: withSource({ variables: [variable('ENCRYPTION_KEY_OLD', { reference: '/key/old' })] }),
    severity: 'WARNING',
    says: /the source's ENCRYPTION_KEY_OLD/,
  },
  'the source may have it in an environment file': {
    given: withSource({ environmentFiles: ['arn:aws:s3:::acme/.env'] }),
    severity: 'WARNING',
    says: /the source's ENCRYPTION_KEY_OLD/,
  },
  'both have it, whatever else is not known': {
    given: { ...withSource(rotating), ...withTarget({ ...rotating, ...closed }) },
    severity: 'PASS',
    says: /Equal/,
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
