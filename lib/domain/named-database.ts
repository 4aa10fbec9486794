import type { Address, Problem } from '../workflow/documents/findings.ts';
import type { LoginSecret } from './address.ts';

/** What is odd about a side's database, where an application and a login's secret both tell of it. */
export function databaseProblems(
  side: 'source' | 'target',
  login: LoginSecret,
  application: { readonly host: string; readonly port: number; readonly database: string } | null,
  address: Address,
): Problem[] {
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
  if (!login.host || !login.dbname || uses === goes) return [];
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
