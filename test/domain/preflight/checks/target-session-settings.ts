import { sessionDefaults } from '../../../support/run-documents.ts';
import { type Cases, withSessions, withTarget } from '../world.ts';

const everybody = { login: null, here: true };
const { server } = sessionDefaults();
const { default_transaction_read_only: _, ...hidden } = server;
const { statement_timeout: __, ...untold } = hidden;

export const cases: Cases = {
  'nothing is set': {
    given: {},
    severity: 'PASS',
    says: /As on the source: default_transaction_read_only, statement_timeout/,
  },
  'the same is set on both sides, in other words': {
    given: withSessions(
      { stored: [{ ...everybody, name: 'statement_timeout', value: '30s' }] },
      { stored: [{ login: 'retool', here: false, name: 'statement_timeout', value: '30000' }] },
    ),
    severity: 'PASS',
  },
  'the database is read-only': {
    given: withSessions({}, { stored: [{ ...everybody, name: 'default_transaction_read_only', value: 'on' }] }),
    severity: 'BLOCKER',
    says: /begins read-only.*pg_db_role_setting/s,
  },
  'the login is read-only': {
    given: withSessions(
      {},
      { stored: [{ login: 'retool', here: true, name: 'default_transaction_read_only', value: 'true' }] },
    ),
    severity: 'BLOCKER',
  },
  'the server is read-only': {
    given: withSessions({}, { server: { ...server, default_transaction_read_only: 'on' } }),
    severity: 'BLOCKER',
    says: /parameter group/,
  },
  'another login is read-only': {
    given: withSessions(
      {},
      { stored: [{ login: 'passage', here: true, name: 'default_transaction_read_only', value: 'on' }] },
    ),
    severity: 'PASS',
  },
  'the server is, the login is not': {
    given: withSessions(
      {},
      {
        server: { ...server, default_transaction_read_only: 'on' },
        stored: [{ login: 'retool', here: false, name: 'default_transaction_read_only', value: 'off' }],
      },
    ),
    severity: 'PASS',
  },
  'statements are cut after two seconds': {
    given: withSessions({}, { stored: [{ login: 'retool', here: false, name: 'statement_timeout', value: '2s' }] }),
    severity: 'BLOCKER',
    says: /cut short: statement_timeout = 2s \(source: 0\)/,
  },
  'statements are cut, and what the source has for them is hidden': {
    given: withSessions(
      { server: untold },
      { stored: [{ login: 'retool', here: false, name: 'statement_timeout', value: '2s' }] },
    ),
    severity: 'WARNING',
    says: /statement_timeout = 2s \(source: not known\)/,
  },
  'read-only, whatever the source has': {
    given: withSessions(
      { server: untold },
      { stored: [{ ...everybody, name: 'default_transaction_read_only', value: 'on' }] },
    ),
    severity: 'BLOCKER',
    says: /begins read-only/,
  },
  'statements may take five minutes': {
    given: withSessions({}, { stored: [{ ...everybody, name: 'statement_timeout', value: '5min' }] }),
    severity: 'WARNING',
    says: /statement_timeout = 5min \(source: 0\)/,
  },
  'a search path that only the source has': {
    given: withSessions({ stored: [{ login: 'retool', here: false, name: 'search_path', value: 'app, public' }] }),
    severity: 'WARNING',
    says: /search_path = "\$user", public \(source: app, public\)/,
  },
  "a setting of the application's own, whose value is not read": {
    given: withSessions({ stored: [{ ...everybody, name: 'app.tenant', value: null }] }),
    severity: 'WARNING',
    says: /app\.tenant, whose values cannot be compared/,
  },
  'what is logged does not matter': {
    given: withSessions({}, { stored: [{ ...everybody, name: 'log_min_duration_statement', value: '1s' }] }),
    severity: 'PASS',
  },
  "Passage's own setting hides the server's": {
    given: withSessions({}, { server: hidden }),
    severity: 'INFO',
    says: /Could not be learned.*default_transaction_read_only/,
  },
  'the login is not known': {
    given: withTarget({ applicationLogin: { user: null, through: null, unknown: 'Nothing says it.' } }),
    severity: 'INFO',
    says: /application-login/,
  },
  'statements are cut before a minute': {
    given: withSessions({}, { stored: [{ ...everybody, name: 'statement_timeout', value: '59999' }] }),
    severity: 'BLOCKER',
    says: /less than 60 s/,
  },
  'statements may take a minute': {
    given: withSessions({}, { stored: [{ ...everybody, name: 'statement_timeout', value: '60s' }] }),
    severity: 'WARNING',
  },
  "set for another login of the target's server, which is nobody's": {
    given: withSessions({}, { stored: [{ login: 'passage', here: true, name: 'work_mem', value: '1GB' }] }),
    severity: 'PASS',
  },
  "set for the application's login, and nobody looks for it": {
    given: withSessions({}, { stored: [{ login: 'retool', here: true, name: 'work_mem', value: '1GB' }] }),
    severity: 'WARNING',
    says: /work_mem/,
  },
};
