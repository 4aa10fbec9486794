import { createHash } from 'node:crypto';

/** PostgreSQL cuts names after 63 bytes without an error. */
const LONGEST_NAME = 63;
/** `passage/` and `/` around it, and an epoch of up to 9 digits: 63 - 9 - 9 = 45. */
const LONGEST_RUN = 45;
/** `passage_` before it, and room for `_` and a database's name: 63 - 8 - 15 = 40. */
const LONGEST_SCRATCH_RUN = 40;

/** Sessions of one run begin with this in `application_name`; the epoch follows. */
export const applicationPrefix = (run: string) => `passage/${shorten(run, LONGEST_RUN)}/`;
export const applicationName = (run: string, epoch: number) => `${applicationPrefix(run)}${epoch}`;

/** The database that a rehearsal restores into: `passage_<run>`, or `passage_<run>_<database>` where a run has several. */
export function scratchDatabaseName(run: string, database?: string): string {
  const name = `${scratchPrefix(run)}${database ? `_${slug(database)}` : ''}`;
  return shorten(name, LONGEST_NAME);
}

/** Only such a database may ever be dropped. */
export const isScratchDatabaseOf = (run: string, database: string) =>
  database === scratchPrefix(run) || database.startsWith(`${scratchPrefix(run)}_`);

const scratchPrefix = (run: string) => `passage_${shorten(slug(run), LONGEST_SCRATCH_RUN)}`;
const slug = (text: string) => text.toLowerCase().replaceAll(/[^a-z0-9]+/g, '_');

/** Too long a name ends in a digest of the whole, so that two long names stay two. */
function shorten(text: string, bytes: number): string {
  if (Buffer.byteLength(text) <= bytes) return text;
  const digest = createHash('sha256').update(text).digest('hex').slice(0, 8);
  return `${Buffer.from(text)
    .subarray(0, bytes - 9)
    .toString('utf8')
    .replace(/\uFFFD+$/, '')}_${digest}`;
}
