import { concerned } from '../../../support/run-documents.ts';
import { type Cases, fine, withSessions, withTarget } from '../world.ts';

const as = (more: Parameters<typeof concerned>[0]) => withSessions({}, { logins: [concerned(more)] });
const carrying = { ...fine.configuration, copy: { ...fine.configuration.copy, grants: 'carry' as const } };
const unknown =
  'Deployment "retool" takes it from elsewhere: Passage may not read Secret db/password (POSTGRES_PASSWORD).';

export const cases: Cases = {
  'it signs in, and its password is known': { given: {}, severity: 'PASS', says: /"retool".*Secret db-credentials/ },
  'it administers the server, as it did not on the source': {
    given: withSessions({}, { logins: [concerned({ administrator: true })] }),
    severity: 'INFO',
    says: /"retool".*Secret db-credentials.*administers the target's server.*"retool" on the source does not.*login of its own/s,
  },
  'it administers both servers': {
    given: withSessions(
      { logins: [concerned({ administrator: true })] },
      { logins: [concerned({ administrator: true })] },
    ),
    severity: 'PASS',
  },
  'it administers the server, and nobody knows who it was on the source': {
    given: withSessions({ logins: [] }, { logins: [concerned({ administrator: true })] }),
    severity: 'INFO',
    says: /is not known/,
  },
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
  "only Passage's own password is known": {
    given: withTarget({ applicationLogin: { user: 'retool', through: "Passage's own password", unknown } }),
    severity: 'WARNING',
    says: /whether the pods have the same one is not known.*resourceNames/s,
  },
  'nothing says who it is': {
    given: withTarget({ applicationLogin: { user: null, through: null, unknown } }),
    severity: 'WARNING',
    says: /not known/,
  },
  'it would have no right on what is restored': {
    given: as({ hasPassageRights: false }),
    severity: 'BLOCKER',
    says: /no right on any table.*A rehearsal hands its copy over; a cutover does not/s,
  },
  'nor would it if its password were known': {
    given: {
      ...as({ hasPassageRights: false }),
      ...withTarget({ applicationLogin: { user: 'retool', through: null, unknown } }),
    },
    severity: 'BLOCKER',
    says: /no right on any table/,
  },
  'it would own nothing of what is restored, and have what grants give it': {
    given: { ...as({ hasPassageRights: false }), configuration: carrying },
    severity: 'WARNING',
    says: /A rehearsal hands its copy over; a cutover does not/,
  },
  'it would own nothing of what is restored, and have what default privileges give it': {
    given: as({ hasPassageRights: false, rightsAhead: true }),
    severity: 'WARNING',
    says: /A rehearsal hands its copy over; a cutover does not/,
  },
};
