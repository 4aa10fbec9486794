import { createHash, randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type pg from 'pg';
import { encrypt } from './encryption.ts';

interface ApiAnswer {
  readonly status: number;
  /** None for 204. */
  readonly body?: object;
}

interface Variable {
  readonly name?: unknown;
  readonly description?: unknown;
  readonly secret?: unknown;
  readonly values?: unknown;
}

/** What the vendor's API shows instead of a secret. */
const HIDDEN = '---encrypted-on-server---';
const VARIABLES = '/api/v2/configuration_variables';

/** How the application knows a token again: its hash, as it stands in the database. */
export const tokenHash = (token: string): string => createHash('sha256').update(token).digest('hex');

/**
 * A part of the vendor's management API, in its recorded shapes: environments, and configuration variables of which
 * the secret ones are encrypted with the application's key. Undefined for any other path.
 */
export async function manage(
  incoming: IncomingMessage,
  path: string,
  { pool, encryptionKey }: { readonly pool: pg.Pool; readonly encryptionKey: string | undefined },
): Promise<ApiAnswer | undefined> {
  if (!path.startsWith('/api/v2/')) return undefined;
  const token = /^Bearer (\S+)$/.exec(incoming.headers.authorization ?? '')?.[1];
  const known = await pool.query(`SELECT FROM access_tokens WHERE data ->> 'tokenHash' = $1`, [tokenHash(token ?? '')]);
  if (!token || known.rowCount === 0) return failure(401, 'Invalid API token');

  const route = `${incoming.method} ${path}`;
  if (route === 'GET /api/v2/environments') {
    const { rows } = await pool.query<{ id: string; name: string; default: boolean }>(
      `SELECT uuid AS id, name, (data ->> 'default')::boolean AS default FROM environments WHERE data ? 'default' ORDER BY environments.id`,
    );
    return {
      status: 200,
      body: { success: true, data: rows, total_count: rows.length, next_token: null, has_more: false },
    };
  }
  if (route === `POST ${VARIABLES}`) {
    const given = JSON.parse((await incoming.toArray()).join('')) as Variable;
    if (typeof given.name !== 'string' || !Array.isArray(given.values))
      return failure(400, 'name and values are required');
    const values = given.values as { environment_id: string; value: string }[];
    const secret = given.secret === true;
    // Without a key the application stores what it is given.
    const stored = (value: string) => (secret && encryptionKey ? encrypt(encryptionKey, value) : value);
    const id = randomUUID();
    await pool.query(
      `INSERT INTO config_vars (id, name, secret, "values", "organizationId") VALUES ($1, $2, $3, $4, 1)`,
      [id, given.name, secret, Object.fromEntries(values.map((each) => [each.environment_id, stored(each.value)]))],
    );
    const shown = values.map((each) => ({ ...each, value: secret ? HIDDEN : each.value }));
    return {
      status: 200,
      body: { success: true, data: { id, name: given.name, description: given.description, secret, values: shown } },
    };
  }
  const id = path.startsWith(`${VARIABLES}/`) ? path.slice(VARIABLES.length + 1) : '';
  if (incoming.method === 'DELETE' && /^[0-9a-f-]{36}$/.test(id)) {
    const { rowCount } = await pool.query('DELETE FROM config_vars WHERE id = $1', [id]);
    return rowCount === 0 ? failure(404, 'Configuration variable not found') : { status: 204 };
  }
  return failure(404, 'Not found');
}

const failure = (status: number, message: string): ApiAnswer => ({ status, body: { success: false, message } });
