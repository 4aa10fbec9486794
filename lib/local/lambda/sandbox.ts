import { Worker } from 'node:worker_threads';
import type { Clock } from '../clock.ts';
import { inside } from './worker.ts';

/** What a sandbox is started with. */
export interface SandboxData {
  /** The bundle. */
  readonly directory: string;
  /** `index.handler` */
  readonly handler: string;
  /** Where compiled code is kept between starts. */
  readonly compileCache: string;
}

/** One call, as it goes into the sandbox. */
export interface Invocation {
  /** JSON text. */
  readonly payload: string;
  readonly context: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number;
}

/** How a call ended: the result, or `{errorType, errorMessage, trace}`, as JSON text. */
export interface Outcome {
  readonly ok: boolean;
  readonly payload: string;
}

export interface Sandbox {
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** False once it has ended, by a timeout, an exit or `end`. */
  readonly alive: boolean;
  /** One call at a time; never rejects. */
  invoke(invocation: Invocation): Promise<Outcome>;
  end(): Promise<void>;
}

interface SandboxOptions extends SandboxData {
  readonly name: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly memoryMegabytes: number;
  readonly clock: Clock;
  /** Gets what the function writes to standard output and error. */
  readonly log: (chunk: Buffer) => void;
}

const MODULE = new URL(`data:text/javascript,${encodeURIComponent(`await (${inside})();`)}`);

/** A function's execution environment: a worker thread that sees nothing of this process but what it is given. */
export function startSandbox({ clock, log, ...options }: SandboxOptions): Sandbox {
  const { directory, handler, compileCache } = options;
  const worker = new Worker(MODULE, {
    name: options.name,
    workerData: { directory, handler, compileCache } satisfies SandboxData,
    env: { ...options.environment },
    execArgv: ['--disable-warning=ExperimentalWarning'],
    stdout: true,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: options.memoryMegabytes },
  });
  worker.stdout.on('data', log);
  worker.stderr.on('data', log);
  let alive = true;
  let failure: Error | undefined;
  worker.on('error', (error) => {
    failure = error;
    log(Buffer.from(`${error.stack ?? error}\n`));
  });
  const ready = Promise.withResolvers<void>();
  let answer: ((outcome: Outcome) => void) | undefined;
  worker.on('message', (message: 'ready' | Outcome) => {
    if (message === 'ready') ready.resolve();
    else answer?.(message);
  });
  const exited = new Promise<number>((resolve) => {
    worker.once('exit', (code) => {
      alive = false;
      ready.resolve();
      resolve(code);
    });
  });

  return {
    startedAt: clock.now(),
    get alive() {
      return alive;
    },
    async invoke(invocation) {
      const { timeoutSeconds } = invocation;
      const requestId = invocation.context.awsRequestId ?? '';
      await ready.promise;
      const done = new AbortController();
      const outcome = Promise.withResolvers<Outcome>();
      answer = outcome.resolve;
      void exited.then((code) => outcome.resolve(runtimeExited(requestId, code, failure)));
      void clock.sleep(timeoutSeconds * 1000, done.signal).then(
        () => {
          alive = false;
          outcome.resolve(timedOut(requestId, timeoutSeconds));
          void worker.terminate();
        },
        () => {},
      );
      if (alive) worker.postMessage(invocation);
      const result = await outcome.promise;
      answer = undefined;
      done.abort();
      return result;
    },
    async end() {
      alive = false;
      await worker.terminate();
    },
  };
}

function timedOut(requestId: string, seconds: number): Outcome {
  return failed(
    'Sandbox.Timedout',
    `RequestId: ${requestId} Error: Task timed out after ${seconds.toFixed(2)} seconds`,
  );
}

function runtimeExited(requestId: string, code: number, failure: Error | undefined): Outcome {
  const outOfMemory = (failure as NodeJS.ErrnoException | undefined)?.code === 'ERR_WORKER_OUT_OF_MEMORY';
  const reason = outOfMemory ? 'signal: killed' : `exit status ${code}`;
  return failed('Runtime.ExitError', `RequestId: ${requestId} Error: Runtime exited with error: ${reason}`);
}

function failed(errorType: string, errorMessage: string): Outcome {
  return { ok: false, payload: JSON.stringify({ errorType, errorMessage }) };
}
