import type { Database, Side } from '../../../lib/copier/postgres/session.ts';
import { describeCounts, describeRow } from '../../../lib/copier/verify/findings.ts';
import { type Verification, type VerifyOptions, verify } from '../../../lib/copier/verify/verify.ts';
import { asSuperuser } from '../../../lib/local/postgres/master.ts';
import { createDatabase, query, type TestCluster, type TestLogin } from '../../support/postgres.ts';
import { realClock } from '../support/copying.ts';

export const at = (side: Side, login: TestLogin): Database => ({
  side,
  ...login,
  ssl: 'disable',
  run: 'verify-test',
  epoch: 0,
});

export const around = () => ({ clock: realClock, log: () => {}, signal: new AbortController().signal });

export const prove = (source: TestLogin, target: TestLogin, options: Partial<VerifyOptions> = {}) =>
  verify({ source: at('source', source), target: at('target', target) }, around(), {
    workers: 2,
    grants: false,
    ...options,
  });

/** A database that is cloned for each test, and its clone that a test does something to. */
export interface Original {
  readonly source: TestLogin;
  /** The proof against a clone after `statements`, run by its owner or, where that takes more, by the superuser. */
  changed(statements: string, options?: Partial<VerifyOptions> & { superuser?: boolean }): Promise<Verification>;
}

export async function prepareOriginal(cluster: TestCluster, statements: string): Promise<Original> {
  const source = await createDatabase(cluster);
  await query(source, statements);
  return {
    source,
    async changed(change, { superuser = false, ...options } = {}) {
      const target = await createDatabase(cluster, { template: source.database });
      if (superuser) await asSuperuser(cluster, target.database, (client) => client.query(change));
      else if (change) await query(target, change);
      return await prove(source, target, options);
    },
  };
}

/** Everything that a proof found, a sentence each. */
export const sentences = ({ differences, located, catalog }: Verification): string[] => [
  ...differences.map(({ message }) => message),
  ...located.flatMap((table) => [
    `${table.table}: ${describeCounts(table)}`,
    ...table.rows.map((row) => `${table.table}: ${describeRow(row)}`),
  ]),
  ...catalog.differences.map(({ message }) => message),
];

/** What it found in rows alone, without the tables' own sentences. */
export const rowsOf = ({ located }: Verification): string[] =>
  located.flatMap((table) => table.rows.map((row) => `${table.table}: ${describeRow(row)}`));
