import type { DatabaseFindings } from '../../../workflow/documents/collected.ts';
import type { SessionDefaults } from '../../../workflow/documents/sessions.ts';
import { plural } from '../../quantities.ts';
import { blocker, type Check, type Collected, ofCutover, pass, warning } from '../check.ts';
import { COPY_SESSIONS } from '../copy-sessions.ts';

/** A limit, what is left of it, and what will be asked of it: by the copy, and by the application once that is over. */
interface Room {
  readonly of: string;
  readonly left: number;
  readonly copy: number;
  readonly application: number;
}

export const check: Check = {
  id: 'connection-limits',
  title: 'Limits of databases and logins leave room for the copy, and for the application after it',
  about: 'copy',
  needsDatabases: true,
  look(collected) {
    const application = sessionsOfApplication(collected);
    const rooms = [
      ...roomsOf('source', collected.databases.source, 0),
      ...roomsOf('target', collected.databases.target, application.sessions),
    ];
    const told = (some: readonly Room[]) =>
      some.map((room) => `${room.of}: ${Math.max(0, room.left)} left, ${neededOf(room)}`).join('; ');
    const why = `A copy takes up to ${COPY_SESSIONS} of each side; ${application.known ? 'the application' : 'whoever is connected, as the application is not known,'} had ${plural(application.sessions, 'session')} on the source.`;
    const todo =
      'Raise it: ALTER DATABASE … CONNECTION LIMIT, ALTER ROLE … CONNECTION LIMIT, or max_connections; -1 is no limit.';
    const short = rooms.filter(({ left, copy }) => left < copy);
    if (short.length > 0) return blocker(`${told(short)}. ${why}`, todo);
    // A rehearsal starts no such load.
    const crowded = rooms.filter(({ left, application: needed }) => left < needed);
    if (crowded.length > 0 && application.known) return ofCutover(blocker(`${told(crowded)}. ${why}`, todo));
    const close = rooms.filter(({ left, copy, application: needed }) => left < 1.5 * (copy + needed));
    if (close.length > 0) return warning(`${told(close)}. ${why}`, todo);
    return pass(`${told(rooms)}. ${why}`);
  },
};

const neededOf = ({ copy, application }: Room): string =>
  [...(copy > 0 ? [`${copy} needed for the copy`] : []), ...(application > 0 ? [`${application} after it`] : [])].join(
    ', ',
  );

/** What the application has open on the source now, which it will want on the target; none where it does not move. */
function sessionsOfApplication({ plan, databases }: Collected): { sessions: number; known: boolean } {
  if (plan.databasesOnly) return { sessions: 0, known: true };
  const { logins, sessions } = databases.source.sessionDefaults;
  const application = logins.find(({ of }) => of !== 'passage');
  if (application) return { sessions: application.sessionsHere, known: true };
  // Whoever is connected may be it, and may as well not. Passage's own session, which counted, is left out.
  return { sessions: Math.max(0, sessions - 1), known: false };
}

/** Passage's own sessions that counted end before a copy begins; the one that asked is not worth a line. */
function roomsOf(
  side: 'source' | 'target',
  { sessions, sessionDefaults }: DatabaseFindings,
  application: number,
): Room[] {
  const { logins, limit, sessions: here, reserved } = sessionDefaults;
  const both = { copy: COPY_SESSIONS, application };
  return [
    { of: `${side} server`, left: sessions.most - reserved - sessions.used, ...both },
    // A superuser is let in whatever the database's limit is.
    ...(limit === null || logins.every(({ superuser }) => superuser)
      ? []
      : [{ of: `${side} database`, left: limit - here, ...both }]),
    ...logins.flatMap((login) => roomOf(side, login, application)),
  ];
}

function roomOf(side: string, of: SessionDefaults['logins'][number], application: number): Room[] {
  if (of.limit === null || of.superuser) return [];
  const needed = {
    passage: { copy: COPY_SESSIONS, application: 0 },
    application: { copy: 0, application: Math.max(1, application) },
    both: { copy: COPY_SESSIONS, application },
  };
  const counts = side === 'target' || of.of !== 'application';
  return counts ? [{ of: `login "${of.login}" on the ${side}`, left: of.limit - of.sessions, ...needed[of.of] }] : [];
}
