import { type Cases, setOnTarget, variable, withDatabases, withSource, withTarget } from '../world.ts';

const stored = (values: number) =>
  withDatabases({
    canaries: { lookedAt: [], keys: values > 0 ? [{ fingerprint: 'c'.repeat(32), values }] : [], methods: [] },
  });

export const cases: Cases = {
  'equal fingerprints': { given: {}, severity: 'PASS', says: /ffffffff…/ },
  'neither side sets one, and no value was encrypted': {
    given: { ...withSource({ encryptionKey: null }), ...withTarget({ encryptionKey: null }), ...stored(0) },
    severity: 'INFO',
    says: /no stored value was encrypted/,
  },
  'neither side sets one, and nobody could look at the values': {
    given: { ...withSource({ encryptionKey: null }), ...withTarget({ encryptionKey: null }), databases: null! },
    severity: 'INFO',
    says: /is not known/,
  },
  'neither side sets one, and values were encrypted: it comes from elsewhere': {
    given: { ...withSource({ encryptionKey: null }), ...withTarget({ encryptionKey: null }), ...stored(71) },
    severity: 'BLOCKER',
    says: /^No task definition .* 71 of its stored values .* comes from elsewhere\. Find it/,
  },
  'only the target has one, and values were encrypted: nobody is told to remove it': {
    given: { ...withSource({ encryptionKey: null }), ...stored(71) },
    severity: 'BLOCKER',
    says: /^(?!.*[Rr]emove).*comes from elsewhere/,
  },
  'only the target has one': {
    given: { ...withSource({ encryptionKey: null }), ...stored(0) },
    severity: 'BLOCKER',
    says: /The source sets no ENCRYPTION_KEY/,
  },
  'the source may take one from an environment file': {
    given: { ...withSource({ encryptionKey: null, environmentFiles: ['arn:aws:s3:::acme/.env'] }), ...stored(71) },
    severity: 'WARNING',
    says: /the source's ENCRYPTION_KEY/,
  },
  'an environment file changes nothing about a key that is known': {
    given: withSource({ environmentFiles: ['arn:aws:s3:::acme/.env'] }),
    severity: 'PASS',
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
