import type { Address, Problem } from '../workflow/documents/findings.ts';
import { addressOf, type LoginSecret } from './address.ts';

/** A login's secret as it was read, or why it could not be. */
export type ReadLogin = { readonly secretArn: string; readonly login: LoginSecret } | { readonly problem: Problem };

/** As an application's variables say it. */
interface Named {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly ssl: Address['ssl'];
}

/**
 * Where a side's database is, and what is odd about it. Null where nobody says: preflight stops by that.
 * @param secret its name in the configuration
 * @param unnamed why the application tells nothing, in case that it does not
 */
export function locateDatabase(
  side: 'source' | 'target',
  secret: string,
  read: ReadLogin,
  application: Named | null,
  unnamed: string,
): { readonly database: Address | null; readonly problems: readonly Problem[] } {
  if ('problem' in read) return { database: null, problems: [read.problem] };
  const { secretArn, login } = read;
  const database = addressOf(secretArn, login, application ?? undefined);
  if (database) return { database, problems: databaseProblems(side, application, database) };
  const problem: Problem = {
    kind: 'database-unnamed',
    severity: 'BLOCKER',
    what: `Nobody says where the ${side}'s database is: ${unnamed}, and the login's secret has no "host" and "dbname".`,
    where: `${side}.database.loginSecret`,
    todo: `Write "host" and "dbname" into secret "${secret}".`,
  };
  return { database, problems: [problem] };
}

/** What is odd about a side's database, of which an application and a login's secret tell, each a part or all. */
function databaseProblems(side: 'source' | 'target', application: Named | null, address: Address): Problem[] {
  const goes = `${address.host}:${address.port}/${address.database}`;
  if (!application) {
    return [
      {
        kind: 'database-unnamed',
        severity: 'WARNING',
        what: `The ${side}'s main backend names no whole database in clear; the login's secret says ${goes}.`,
        where: `${side}.database.loginSecret`,
        todo: `Make sure that ${goes} is the database that the application uses.`,
      },
    ];
  }
  const uses = `${application.host}:${application.port}/${application.database}`;
  if (uses === goes) return [];
  return [
    {
      kind: 'database-elsewhere',
      severity: application.database === address.database ? 'WARNING' : 'BLOCKER',
      what: `The ${side}'s application uses ${uses}, Passage's login goes to ${goes}.`,
      where: `${side}.database.loginSecret`,
      todo: 'If both names lead to one database, override this; else correct "host", "port" and "dbname" of the secret, or leave them out.',
    },
  ];
}
