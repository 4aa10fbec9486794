import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const OLDEST_MAJOR = 14;
const tools = ['initdb', 'pg_ctl', 'postgres', 'psql', 'pg_dump', 'pg_restore'] as const;
type PostgresTool = (typeof tools)[number];

/** One installed PostgreSQL: its folder holds server and client tools of the same version. */
export interface PostgresBinaries {
  /** Absolute; put it first on a child's PATH and the child finds the same `pg_dump`. */
  readonly directory: string;
  /** As in `15.14`. */
  readonly version: string;
  readonly major: number;
  tool(name: PostgresTool): string;
}

/** No usable PostgreSQL on this machine; the message says where it was looked for. */
export class PostgresMissing extends Error {}

/**
 * Finds PostgreSQL 14 or newer: `PASSAGE_PG_BIN` alone when it is set, else PATH, else where Debian,
 * Red Hat, Homebrew and Postgres.app install it, newest first.
 */
export function findPostgres(env: NodeJS.ProcessEnv = process.env): PostgresBinaries {
  const chosen = env.PASSAGE_PG_BIN;
  const candidates = chosen ? [chosen] : [...(env.PATH ?? '').split(delimiter).filter(Boolean), ...installFolders()];
  const rejected: string[] = [];
  for (const candidate of candidates) {
    if (!existsSync(join(candidate, 'initdb'))) continue;
    // A link such as /usr/local/bin/initdb leads to the folder where the other tools are.
    for (const directory of new Set([candidate, join(realpathSync(join(candidate, 'initdb')), '..')])) {
      const found = examine(directory);
      if (typeof found !== 'string') return found;
      rejected.push(found);
    }
  }
  throw new PostgresMissing(
    [
      chosen
        ? `PASSAGE_PG_BIN names ${chosen}, which does not hold PostgreSQL ${OLDEST_MAJOR} or newer with server and client tools.`
        : `PostgreSQL ${OLDEST_MAJOR} or newer with server and client tools was not found on PATH or where it is usually installed.`,
      ...rejected,
      'Run `node lib/local/postgres/setup.ts` to install it, or set PASSAGE_PG_BIN to the folder of its tools.',
    ].join('\n'),
  );
}

function examine(directory: string): PostgresBinaries | string {
  const missing = tools.filter((name) => !existsSync(join(directory, name)));
  if (missing.length > 0) return `${directory} has no ${missing.join(', ')}.`;
  const answer = spawnSync(join(directory, 'postgres'), ['--version'], { encoding: 'utf8' });
  const version = /(\d+)(?:\.\d+|beta\d+|rc\d+|devel)?/.exec(answer.stdout ?? '');
  if (!version) return `${directory}/postgres does not tell its version.`;
  const major = Number(version[1]);
  if (major < OLDEST_MAJOR) return `${directory} is PostgreSQL ${version[0]}, too old.`;
  return { directory, version: version[0], major, tool: (name) => join(directory, name) };
}

function installFolders(): string[] {
  const versioned = (parent: string, pattern: RegExp) => {
    if (!existsSync(parent)) return [];
    return readdirSync(parent)
      .flatMap((name) => {
        const major = pattern.exec(name)?.[1];
        return major ? [{ major: Number(major), directory: join(parent, name, 'bin') }] : [];
      })
      .sort((a, b) => b.major - a.major)
      .map(({ directory }) => directory);
  };
  return [
    ...versioned('/usr/lib/postgresql', /^(\d+)$/),
    ...versioned('/usr', /^pgsql-(\d+)$/),
    ...versioned('/opt/homebrew/opt', /^postgresql@(\d+)$/),
    ...versioned('/usr/local/opt', /^postgresql@(\d+)$/),
    ...versioned('/Applications/Postgres.app/Contents/Versions', /^(\d+)$/),
  ];
}
