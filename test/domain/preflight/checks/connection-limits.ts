import { concerned, plan } from '../../../support/run-documents.ts';
import { type Cases, fine, withDatabases, withSessions } from '../world.ts';

const limited = (limit: number, more: Parameters<typeof concerned>[0] = {}) => ({
  logins: [concerned({ limit, sessions: 0, sessionsHere: 0, ...more })],
});

export const cases: Cases = {
  'no limits': { given: {}, severity: 'PASS', says: /target server: 92 left, 10 needed for the copy, 4 after it/ },
  'a limit of the target database below the copy': {
    given: withSessions({}, { limit: 9, sessions: 0 }),
    severity: 'BLOCKER',
    says: /target database: 9 left, 10 needed for the copy/,
  },
  'a limit of the target database for one after the other, and not for both at once': {
    given: withSessions({}, { limit: 12, sessions: 0 }),
    severity: 'WARNING',
    says: /target database: 12 left, 10 needed for the copy, 4 after it.*had 4 sessions/,
  },
  'a limit of the target database for the copy, and not for the application': {
    given: withSessions({ logins: [concerned({ sessionsHere: 30 })] }, { limit: 20, sessions: 0 }),
    severity: 'BLOCKER',
    says: /target database: 20 left, 10 needed for the copy, 30 after it/,
  },
  "a limit of the application's login below what it had": {
    given: withSessions({}, limited(3)),
    severity: 'BLOCKER',
    says: /login "retool" on the target: 3 left, 4 after it/,
  },
  "a limit of the application's login on the source, which it lives with": {
    given: withSessions({ logins: [concerned({ limit: 5 })] }),
    severity: 'PASS',
  },
  "a limit of Passage's login": {
    given: withSessions({ logins: [concerned({ login: 'passage', of: 'passage', limit: 5, sessions: 1 })] }),
    severity: 'BLOCKER',
    says: /login "passage" on the source: 4 left, 10 needed for the copy/,
  },
  'one login for both': {
    given: withSessions({}, limited(9, { of: 'both' })),
    severity: 'BLOCKER',
    says: /9 left, 10 needed for the copy, 4 after it/,
  },
  'a limit that is close': {
    given: withSessions({}, limited(5)),
    severity: 'WARNING',
    says: /5 left, 4 after it/,
  },
  'a superuser, for whom none holds': { given: withSessions({}, limited(1, { superuser: true })), severity: 'PASS' },
  'max_connections of the target below the copy': {
    given: withDatabases({}, { sessions: { used: 8, most: 20 } }),
    severity: 'BLOCKER',
    says: /target server: 9 left, 10 needed for the copy/,
  },
  'an application of which nothing is known: whoever is connected': {
    given: withSessions({ logins: [], sessions: 31 }, { limit: 25, sessions: 1 }),
    severity: 'WARNING',
    says: /24 left, 10 needed for the copy, 30 after it.*as the application is not known/,
  },
  'databases alone, without an application that moves': {
    given: { ...withSessions({}, { limit: 16, sessions: 1 }), plan: plan({ ...fine.plan, databasesOnly: true }) },
    severity: 'PASS',
    says: /15 left, 10 needed for the copy\./,
  },
  'just enough for the copy': {
    given: withSessions({}, { limit: 10, sessions: 0 }),
    severity: 'WARNING',
    says: /target database: 10 left/,
  },
  "just enough for the application's login": { given: withSessions({}, limited(4)), severity: 'WARNING' },
  'a limit that holds for one login of two': {
    given: withSessions(
      {},
      {
        limit: 9,
        sessions: 0,
        logins: [concerned({ login: 'passage', of: 'passage' }), concerned({ superuser: true })],
      },
    ),
    severity: 'BLOCKER',
    says: /target database: 9 left/,
  },
};
