import { type Cases, withDatabases, withSource, withTarget } from '../world.ts';

export const cases: Cases = {
  'the same on both sides': { given: {}, severity: 'PASS', says: /CBC, V1/ },
  'GCM on the source only': {
    given: withSource({ encryption: { gcm: true, v2: false, previousKey: null } }),
    severity: 'BLOCKER',
    says: /USE_GCM_ENCRYPTION is true on the source and false/,
  },
  'V2 on the target only': {
    given: withTarget({ encryption: { gcm: false, v2: true, previousKey: null } }),
    severity: 'BLOCKER',
    says: /USE_ENCRYPTION_V2/,
  },
  'one of them cannot be read': {
    given: withTarget({ encryption: { gcm: null, v2: false, previousKey: null } }),
    severity: 'WARNING',
    says: /Could not be learned: USE_GCM/,
  },
  'stored values contradict the variables': {
    given: withDatabases({
      canaries: { lookedAt: [], keys: [], methods: [{ methodVersion: 2, authTag: true, values: 4 }] },
    }),
    severity: 'WARNING',
    says: /with GCM/,
  },
  'some stored values contradict the variables': {
    given: withDatabases({
      canaries: {
        lookedAt: [],
        keys: [],
        methods: [
          { methodVersion: 2, authTag: false, values: 9 },
          { methodVersion: 2, authTag: true, values: 1 },
        ],
      },
    }),
    severity: 'WARNING',
    says: /with GCM/,
  },
};
