import type { Invocation, Outcome, SandboxData } from './sandbox.ts';

/**
 * The inside of a sandbox: loads the bundle once, then runs one invocation after the other. Its text becomes the
 * worker's module, so that no thread spends 35 ms on stripping types: it uses nothing from outside of itself.
 */
export async function inside(): Promise<void> {
  type Handler = (event: unknown, context: object) => unknown;
  const { enableCompileCache } = process.getBuiltinModule('node:module');
  const { join } = process.getBuiltinModule('node:path');
  const { pathToFileURL } = process.getBuiltinModule('node:url');
  const { parentPort, workerData } = process.getBuiltinModule('node:worker_threads');
  const { directory, handler: path, compileCache } = workerData as SandboxData;
  enableCompileCache(compileCache);

  const loading = load();
  // Whoever invokes gets the reason; until then it is nobody's unhandled rejection.
  await loading.catch(() => {});
  parentPort!.on('message', async (invocation: Invocation) => {
    parentPort!.postMessage(await run(invocation));
  });
  parentPort!.postMessage('ready');

  async function load(): Promise<Handler> {
    // `folder/index.handler` is the export `handler` of the file `folder/index`.
    const at = path.lastIndexOf('.');
    const [file, name] = [path.slice(0, at), path.slice(at + 1)];
    for (const extension of ['mjs', 'js', 'cjs']) {
      const module = await importIfThere(join(directory, `${file}.${extension}`));
      const found = module?.[name] ?? (module?.default as Record<string, unknown> | undefined)?.[name];
      if (typeof found === 'function') return found as Handler;
      if (module) throw named('Runtime.HandlerNotFound', `${path} is undefined or not exported`);
    }
    throw named('Runtime.ImportModuleError', `Error: Cannot find module '${file}'`);
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
}
