import { type Cases, setOnTarget, variable, withSource, withTarget } from '../world.ts';

export const cases: Cases = {
  'equal fingerprints': { given: {}, severity: 'PASS', says: /ffffffff…/ },
  'neither side sets one': {
    given: { ...withSource({ encryptionKey: null }), ...withTarget({ encryptionKey: null }) },
    severity: 'INFO',
    says: /in clear/,
  },
  'only the target has one': {
    given: withSource({ encryptionKey: null }),
    severity: 'BLOCKER',
    says: /The source sets no ENCRYPTION_KEY/,
  },
  'only the source has one': {
    given: withTarget({ encryptionKey: null }),
    severity: 'BLOCKER',
    says: /The target has no ENCRYPTION_KEY/,
  },
  'they differ, and a piece of each is shown': {
    given: withTarget({ encryptionKey: { secretArn: null, fingerprint: 'b'.repeat(32) } }),
    severity: 'BLOCKER',
    says: /bbbbbbbb….* is not the source's .*ffffffff…/,
  },
  "the target's cannot be read": {
    given: withTarget({ encryptionKey: null, variables: [setOnTarget('ENCRYPTION_KEY', { from: 'secret' })] }),
    severity: 'WARNING',
    says: /could not read|the target's ENCRYPTION_KEY/,
  },
  "the target's may come with all keys of a secret": {
    given: withTarget({
      encryptionKey: null,
      environmentFrom: [{ kind: 'secret', name: 'retool', through: null, complete: false }],
    }),
    severity: 'WARNING',
    says: /Could not be learned/,
  },
  "the source's cannot be read": {
    given: withSource({ encryptionKey: null, variables: [variable('ENCRYPTION_KEY')] }),
    severity: 'WARNING',
    says: /the source's ENCRYPTION_KEY/,
  },
};
