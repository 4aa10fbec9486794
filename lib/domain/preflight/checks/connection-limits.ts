import type { DatabaseFindings } from '../../../workflow/documents/collected.ts';
import type { SessionDefaults } from '../../../workflow/documents/sessions.ts';
import { blocker, type Check, type Collected, pass, warning } from '../check.ts';
import { COPY_SESSIONS } from '../copy-sessions.ts';

/** A limit, what is left of it, and what will be asked of it. */
interface Room {
  readonly of: string;
  readonly left: number;
  readonly needed: number;
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
      ...roomsOf('target', collected.databases.target, application),
    ];
    const told = (some: readonly Room[]) =>
      some.map(({ of, left, needed }) => `${of}: ${Math.max(0, left)} left, ${needed} needed`).join('; ');
    const why = `A copy takes up to ${COPY_SESSIONS} of each side; the application had ${application} sessions on the source.`;
    const todo =
      'Raise it: ALTER DATABASE … CONNECTION LIMIT, ALTER ROLE … CONNECTION LIMIT, or max_connections; -1 is no limit.';
    const short = rooms.filter(({ left, needed }) => left < needed);
    if (short.length > 0) return blocker(`${told(short)}. ${why}`, todo);
    const close = rooms.filter(({ left, needed }) => left < 1.5 * needed);
    if (close.length > 0) return warning(`${told(close)}. ${why}`, todo);
    return pass(`${told(rooms)}. ${why}`);
  },
};

/** What the application has open on the source now, which it will want on the target; none where it does not move. */
function sessionsOfApplication({ plan, databases }: Collected): number {
  if (plan.databasesOnly) return 0;
  const { logins, sessions } = databases.source.sessionDefaults;
  const application = logins.find(({ of }) => of !== 'passage');
  if (application) return application.sessionsHere;
  // Not known which: whoever is connected may be it. Passage's own session, which counted, is left out.
  return Math.max(0, sessions - 1);
}

/** Passage's own sessions that counted end before a copy begins; the one that asked is not worth a line. */
function roomsOf(
  side: 'source' | 'target',
  { sessions, sessionDefaults }: DatabaseFindings,
  application: number,
): Room[] {
  const { logins, limit, sessions: here, reserved } = sessionDefaults;
  const both = COPY_SESSIONS + application;
  return [
    { of: `${side} server`, left: sessions.most - reserved - sessions.used, needed: both },
    // A superuser is let in whatever the database's limit is.
    ...(limit === null || logins.every(({ superuser }) => superuser)
      ? []
      : [{ of: `${side} database`, left: limit - here, needed: both }]),
    ...logins.flatMap((login) => roomOf(side, login, application)),
  ];
}

function roomOf(side: string, of: SessionDefaults['logins'][number], application: number): Room[] {
  if (of.limit === null || of.superuser) return [];
  const needed = { passage: COPY_SESSIONS, application: Math.max(1, application), both: COPY_SESSIONS + application };
  const counts = side === 'target' || of.of !== 'application';
  return counts
    ? [{ of: `login "${of.login}" on the ${side}`, left: of.limit - of.sessions, needed: needed[of.of] }]
    : [];
}
