import { type Cases, withDatabases, withSource } from '../world.ts';

export const cases: Cases = {
  'it was looked at': { given: {}, severity: 'PASS', says: /"retool" may be locked/ },
  'it was not looked at': { given: withDatabases({ fence: null }), severity: 'WARNING', says: /Could not be learned/ },
  'the server refuses': {
    given: withDatabases({ fence: { refusal: 'The source cannot be fenced: "retool" is a superuser.' } }),
    severity: 'BLOCKER',
    says: /superuser/,
  },
  'no login is known': { given: withSource({ applicationLogin: null }), severity: 'BLOCKER', says: /not known/ },
};
