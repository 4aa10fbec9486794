import { concerned } from '../../../support/run-documents.ts';
import { type Cases, withSessions, withTarget } from '../world.ts';

const as = (more: Parameters<typeof concerned>[0]) => withSessions({}, { logins: [concerned(more)] });
const unknown =
  'Deployment "retool" takes it from elsewhere: Passage may not read Secret db/password (POSTGRES_PASSWORD).';

export const cases: Cases = {
  'it signs in, and its password is known': { given: {}, severity: 'PASS', says: /"retool".*Secret db-credentials/ },
  'the server has no such role': {
    given: as({ exists: false, maySignIn: false }),
    severity: 'BLOCKER',
    says: /no role/,
  },
  'the role may not sign in': { given: as({ maySignIn: false }), severity: 'BLOCKER', says: /NOLOGIN/ },
  'Passage may not read the password': {
    given: withTarget({ applicationLogin: { user: 'retool', through: null, unknown } }),
    severity: 'WARNING',
    says: /no write is tried.*resourceNames/s,
  },
  'nothing says who it is': {
    given: withTarget({ applicationLogin: { user: null, through: null, unknown } }),
    severity: 'WARNING',
    says: /not known/,
  },
  'it would own nothing of what is restored': {
    given: as({ hasPassageRights: false }),
    severity: 'WARNING',
    says: /A rehearsal hands its copy over; a cutover does not/,
  },
};
