import type pg from 'pg';
import { WorkflowError } from '../../workflow/errors.ts';

/**
 * Texts move and are hashed in the server's own encoding, so that no conversion can refuse or change a byte: some
 * bytes of WIN1252 have no equivalent in UTF-8, and SQL_ASCII holds any. Everything else is spoken in UTF-8.
 */

/** Of these, UTF-8 text is sent as it is: SQL_ASCII converts nothing. */
const sentAsUtf8 = ['UTF8', 'SQL_ASCII'];

/** An identifier that means the same under client_encoding UTF8 and the server's own, whose letters we cannot write. */
export function identifier(name: string, encoding: string): string {
  const quoted = `"${name.replaceAll('"', '""')}"`;
  if (sentAsUtf8.includes(encoding) || /^[\0-\x7f]*$/.test(name)) return quoted;
  const escaped = quoted.replaceAll('\\', '\\\\').replaceAll(/[^\0-\x7f]/gu, (letter) => {
    const code = letter.codePointAt(0) as number;
    return `\\+${code.toString(16).padStart(6, '0')}`;
  });
  return `U&${escaped}`;
}

/** For the rest of the open transaction. What is sent from here on must be ASCII, or bytes of that encoding. */
export async function speakServerEncoding(client: pg.Client, encoding: string): Promise<void> {
  if (encoding !== 'UTF8') await client.query(`SET LOCAL client_encoding = '${encoding}'`);
}

/** Does `work` in a transaction that speaks the server's encoding. On an error the session is unusable. */
export async function inServerEncoding<T>(client: pg.Client, encoding: string, work: () => Promise<T>): Promise<T> {
  if (encoding === 'UTF8') return await work();
  await client.query('BEGIN');
  await speakServerEncoding(client, encoding);
  const result = await work();
  await client.query('COMMIT');
  return result;
}

/**
 * Names whose bytes are no UTF-8: only SQL_ASCII lets them in. No session that speaks UTF-8 can read them.
 * Throws DumpFailed, which shows them byte by byte.
 */
export async function refuseUnreadableNames(client: pg.Client, encoding: string): Promise<void> {
  if (encoding !== 'SQL_ASCII') return;
  const { rows } = await client.query<{ kind: string; name: Buffer }>(`
    SELECT DISTINCT kind, convert_to(name, 'SQL_ASCII') AS name
    FROM (SELECT 'schema' AS kind, oid, nspname AS name FROM pg_namespace
          UNION ALL SELECT 'relation', oid, relname FROM pg_class
          UNION ALL SELECT 'column', attrelid, attname FROM pg_attribute) AS named
    WHERE oid >= 16384 AND encode(convert_to(name, 'SQL_ASCII'), 'escape') ~ '\\\\[0-7]{3}'`);
  const utf8 = new TextDecoder('utf-8', { fatal: true });
  const unreadable = rows.filter(({ name }) => {
    try {
      utf8.decode(name);
      return false;
    } catch {
      return true;
    }
  });
  if (!unreadable.length) return;
  const shown = unreadable.slice(0, 20).map(({ kind, name }) => {
    const letters = name.toString('latin1');
    return `${kind} "${letters.replaceAll(/[\x80-\xff]/g, (byte) => `\\x${byte.charCodeAt(0).toString(16)}`)}"`;
  });
  throw new WorkflowError(
    'DumpFailed',
    `The source is encoded in SQL_ASCII and has ${unreadable.length} names that are not UTF-8: ${shown.join(', ')}. Nothing was copied. Give them other names (ALTER … RENAME), then start again.`,
  );
}
