import { enableCompileCache } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import type { Invocation, Outcome, SandboxData } from './sandbox.ts';

/** The inside of a sandbox: loads the bundle once, then runs one invocation after the other. */

type Handler = (event: unknown, context: object) => unknown;

const { directory, handler: path, compileCache } = workerData as SandboxData;
enableCompileCache(compileCache);

const loading = load();
// Whoever invokes gets the reason; until then it is nobody's unhandled rejection.
loading.catch(() => {});
await loading.catch(() => {});
parentPort!.postMessage('ready');

parentPort!.on('message', async (invocation: Invocation) => {
  parentPort!.postMessage(await run(invocation));
});

async function load(): Promise<Handler> {
  const [file = '', name = ''] = split(path);
  for (const extension of ['mjs', 'js', 'cjs']) {
    const module = await importIfThere(join(directory, `${file}.${extension}`));
    const found = module?.[name] ?? (module?.default as Record<string, unknown> | undefined)?.[name];
    if (typeof found === 'function') return found as Handler;
    if (module) throw named('Runtime.HandlerNotFound', `${path} is undefined or not exported`);
  }
  throw named('Runtime.ImportModuleError', `Error: Cannot find module '${file}'`);
}

/** `folder/index.handler` → file and export. */
function split(handler: string): string[] {
  const at = handler.lastIndexOf('.');
  return [handler.slice(0, at), handler.slice(at + 1)];
}

async function importIfThere(file: string): Promise<Record<string, unknown> | undefined> {
  const url = pathToFileURL(file).href;
  try {
    return (await import(url)) as Record<string, unknown>;
  } catch (error) {
    const { code, url: missing } = error as { code?: string; url?: string };
    if (code === 'ERR_MODULE_NOT_FOUND' && missing === url) return undefined;
    throw error;
  }
}

async function run({ payload, context, timeoutSeconds }: Invocation): Promise<Outcome> {
  const deadline = Date.now() + timeoutSeconds * 1000;
  try {
    const handler = await loading;
    const result = await handler(JSON.parse(payload), {
      ...context,
      callbackWaitsForEmptyEventLoop: false,
      getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
    });
    return { ok: true, payload: JSON.stringify(result ?? null) };
  } catch (error) {
    return { ok: false, payload: JSON.stringify(describe(error)) };
  }
}

/** An error as Lambda tells it. */
function describe(error: unknown): object {
  if (!(error instanceof Error)) return { errorType: typeof error, errorMessage: String(error), trace: [] };
  return { errorType: error.name, errorMessage: error.message, trace: (error.stack ?? '').split('\n') };
}

function named(name: string, message: string): Error {
  return Object.assign(new Error(message), { name });
}
