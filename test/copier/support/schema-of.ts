import { execFileSync } from 'node:child_process';
import type { TestLogin } from '../../support/postgres.ts';

/** `pg_dump -s` without Passage's schema, as lines that can be compared. */
export function schemaOf(login: TestLogin): string[] {
  const script = execFileSync('pg_dump', ['--schema-only', '--exclude-schema=passage'], {
    encoding: 'utf8',
    env: {
      PATH: process.env.PATH,
      PGHOST: login.host,
      PGPORT: String(login.port),
      PGUSER: login.user,
      PGPASSWORD: login.password,
      PGDATABASE: login.database,
    },
  });
  return script.split('\n').filter((line) => line && !/^(--|\\(un)?restrict)/.test(line));
}
