import { randomInt } from 'node:crypto';
import { WorkflowError } from '../../workflow/errors.ts';
import { type Holder, type Login, withClient } from './connect.ts';

/** PostgreSQL's largest `int4`, and one: advisory locks are named by two of them. */
const NAMES = 2 ** 31;

/**
 * Refuses two names of one database: the source would be restored into itself, or proved equal to itself. A lock that is
 * taken on one side and seen on the other says so whatever hosts, ports and certificates say, and needs no right.
 * @throws ConfigurationInvalid, and as `connect` does
 */
export async function refuseSameDatabase(source: Login, target: Login, holder: Holder): Promise<void> {
  const lock = [randomInt(NAMES), randomInt(NAMES)];
  const same = await withClient(source, { ...holder, side: 'source' }, async (there) => {
    await there.query('SELECT pg_advisory_lock($1::int4, $2::int4)', lock);
    return withClient(target, { ...holder, side: 'target' }, async (here) => {
      const { rowCount } = await here.query(
        `SELECT FROM pg_catalog.pg_locks JOIN pg_catalog.pg_database ON pg_database.oid = pg_locks.database
          WHERE locktype = 'advisory' AND classid = $1::int8::oid AND objid = $2::int8::oid
            AND datname = current_database()`,
        lock,
      );
      return rowCount !== 0;
    });
  });
  if (!same) return;
  throw new WorkflowError(
    'ConfigurationInvalid',
    `target.database is the source itself: ${target.host}:${target.port}/${target.database} and ${source.host}:${source.port}/${source.database} are two names of one database. Name another server or database.`,
  );
}
