import { type Cases, fine, setOnTarget, withDatabases, withTarget } from '../world.ts';

export const cases: Cases = {
  'not forced': { given: {}, severity: 'PASS', says: /no encryption/ },
  'asked for': {
    given: {
      ...withTarget({ applicationDatabase: { ...fine.target.applicationDatabase!, ssl: 'require' } }),
      ...withDatabases({}, { settings: { 'rds.force_ssl': '1' } }),
    },
    severity: 'PASS',
    says: /Both/,
  },
  'nothing is known of the application': {
    given: {
      ...withTarget({ applicationDatabase: null }),
      ...withDatabases({}, { settings: { 'rds.force_ssl': '1' } }),
    },
    severity: 'INFO',
    says: /Could not be learned/,
  },
  'it may be asked for in an object whose keys are not known': {
    given: {
      ...withTarget({
        environmentFrom: [{ kind: 'secret', name: 'extra-env-vars', through: null, complete: false }],
      }),
      ...withDatabases({}, { settings: { 'rds.force_ssl': '1' } }),
    },
    severity: 'INFO',
    says: /Could not be learned/,
  },
  'not asked for': {
    given: {
      ...withTarget({ applicationDatabase: fine.target.applicationDatabase }),
      ...withDatabases({}, { settings: { 'rds.force_ssl': '1' } }),
    },
    severity: 'BLOCKER',
    says: /POSTGRES_SSL_ENABLED/,
  },
  'one of the variables that may ask for it cannot be read': {
    given: {
      ...withTarget({ variables: [setOnTarget('PGSSLMODE', { from: 'secret', reference: 'tls/mode' })] }),
      ...withDatabases({}, { settings: { 'rds.force_ssl': '1' } }),
    },
    severity: 'INFO',
    says: /Could not be learned/,
  },
};
