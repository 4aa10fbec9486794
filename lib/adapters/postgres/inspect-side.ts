import type { Client } from 'pg';
import { canariesOf } from '../../domain/canaries.ts';
import { WorkflowError } from '../../workflow/errors.ts';
import { type ConnectOptions, type Login, withClient } from './connect.ts';
import { inspectDatabase } from './inspect.ts';
import { inspectContents } from './inspect-contents.ts';
import { inspectSessions } from './inspect-sessions.ts';
import { refusePooler } from './pooler.ts';
import { readSourceRights } from './source-rights.ts';

/** What only one side is asked, before everything else and in the same session. */
export type LookFirst<T> = (client: Client, login: Login) => Promise<T>;

/**
 * Reads what preflight needs to know of one side's database. Changes nothing.
 * @param of the user of the application's login, null where it is not known; and how the hash of a key is printed
 * @throws PoolerEndpoint, the side's Unreachable and LoginRefused, and what `lookFirst` throws
 */
export async function inspectSide<T>(
  login: Login,
  options: ConnectOptions,
  of: { readonly application: string | null; readonly print: (hash: string) => string },
  lookFirst: LookFirst<T>,
) {
  const inspected = await withClient(login, options, async (client) => {
    await refusePooler(client, login, options.side);
    const first = await lookFirst(client, login);
    const found = await inspectDatabase(client);
    const { encrypted, problems, ...contents } = await inspectContents(client);
    const canaries = encrypted && canariesOf(encrypted, of.print);
    const fence =
      options.side === 'source' && of.application !== null
        ? { refusal: await refusalToFence(client, of.application) }
        : null;
    const findings = { ...found, ...contents, extensions: [...found.extensions], canaries, fence };
    return { findings, encrypted, problems, first };
  });
  const sessionDefaults = await inspectSessions(login, options, of.application);
  return { ...inspected, findings: { ...inspected.findings, sessionDefaults } };
}

/** Why the application could not be locked out of the source; null where it could. Only reads. */
async function refusalToFence(client: Client, application: string): Promise<string | null> {
  try {
    await readSourceRights(client, [application]);
    return null;
  } catch (error) {
    if (error instanceof WorkflowError && error.name === 'FenceFailed') return error.message;
    throw error;
  }
}
