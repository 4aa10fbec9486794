import { execFileSync } from 'node:child_process';
import type { TestLogin } from '../../support/postgres.ts';

/** `pg_dump -s` without Passage's schema, as lines that can be compared; one character a byte of the server's encoding. */
export function schemaOf(login: TestLogin, encoding = 'UTF8'): string[] {
  const script = execFileSync('pg_dump', ['--schema-only', '--exclude-schema=passage', `--encoding=${encoding}`], {
    encoding: encoding === 'UTF8' ? 'utf8' : 'latin1',
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
