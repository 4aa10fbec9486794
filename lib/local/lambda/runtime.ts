import { randomUUID } from 'node:crypto';
import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { FunctionModel } from '../assembly/compute.ts';
import type { Clock } from '../clock.ts';
import { openStateFile } from '../state-file.ts';
import { AwsError } from '../wire/endpoint.ts';
import { type Outcome, type Sandbox, startSandbox } from './sandbox.ts';

interface RuntimeOptions {
  readonly functions: readonly FunctionModel[];
  /** Logs are `<directory>/logs/<function>.log`; `<directory>/queue.json` holds the asynchronous calls that have not ended. */
  readonly directory: string;
  readonly clock: Clock;
  readonly region: string;
  /** Keys of a function's role, for its environment; they must live for an hour. */
  readonly credentialsFor: (roleArn: string, sessionName: string) => Readonly<Record<string, string>>;
  /** Settings of every function's environment: `AWS_ENDPOINT_URL`; they win over the function's own. */
  readonly environment: () => Readonly<Record<string, string>>;
  /** Sandboxes kept for the next call, over all functions; the one unused for longest ends first. */
  readonly warm?: number;
}

interface InvokeResult extends Outcome {
  readonly requestId: string;
}

/** The functions of the assembly, run as they are bundled. */
export interface LambdaRuntime {
  /** Throws ResourceNotFoundException (404) when there is no such function. Name, ARN, or either with a qualifier. */
  find(functionName: string): FunctionModel;
  /** Waits for a sandbox and for the function; `payload` is JSON text. What the function throws is an outcome. */
  invoke(functionName: string, payload: string): Promise<InvokeResult>;
  /**
   * Runs without anyone who waits; a failed call is tried twice more, after one and two minutes, as AWS does. The call
   * is on disk when this returns, and is made again by the runtime of the next start, should this one end before it has.
   */
  invokeLater(functionName: string, payload: string): void;
  /** Makes the asynchronous calls that an earlier start left behind. */
  start(): void;
  /** Ends every sandbox, in the midst of a call too. */
  close(): Promise<void>;
}

/** An asynchronous call that has not come to its end. */
interface QueuedCall {
  readonly id: string;
  readonly functionName: string;
  /** JSON text. */
  readonly payload: string;
}

/** A call of one function waits when this many of it run already. */
const MOST_AT_ONCE = 8;
/** Keys live for an hour, and no function runs for longer than 15 minutes. */
const OLDEST_SANDBOX_MS = 45 * 60 * 1000;
/** Each takes some 65 MB; what a run calls again soon are the few functions that it polls. */
const WARM = 4;
/** Between the attempts of an asynchronous call. */
const RETRY_MS = [60_000, 120_000];
/** Our own bookkeeping in a sandbox is not the function's memory. */
const LEAST_MEGABYTES = 256;

export function createLambdaRuntime(options: RuntimeOptions): LambdaRuntime {
  const { clock, directory } = options;
  const logs = join(directory, 'logs');
  mkdirSync(logs, { recursive: true });
  const functions = new Map(options.functions.map((each) => [each.name, { model: each, pool: createPool(each) }]));
  /** Idle sandboxes, the one used last at the end. */
  const idle: { readonly name: string; readonly sandbox: Sandbox }[] = [];
  const all = new Set<Sandbox>();
  const closing = new AbortController();
  const queue = openStateFile<{ calls: QueuedCall[] }>(join(directory, 'queue.json'), { calls: [] });
  const left = [...queue.value.calls];

  function find(nameOrArn: string) {
    const name = /^(?:arn:[^:]+:lambda:[^:]+:[^:]+:function:)?([^:]+)(?::.+)?$/.exec(nameOrArn)?.[1] ?? nameOrArn;
    const found = functions.get(name);
    if (!found) throw new AwsError('ResourceNotFoundException', 404, `Function not found: ${nameOrArn}`);
    return found;
  }

  function createPool(model: FunctionModel) {
    let running = 0;
    const waiting: (() => void)[] = [];
    const release = () => {
      running -= 1;
      waiting.shift()?.();
    };
    return {
      async take(): Promise<Sandbox> {
        if (running >= MOST_AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve));
        running += 1;
        try {
          return warmOrNew();
        } catch (error) {
          release();
          throw error;
        }
      },
      give(sandbox: Sandbox): void {
        release();
        if (!sandbox.alive || closing.signal.aborted) return void end(sandbox);
        idle.push({ name: model.name, sandbox });
        while (idle.length > (options.warm ?? WARM)) void end(idle.shift()!.sandbox);
      },
    };

    function warmOrNew(): Sandbox {
      if (closing.signal.aborted) throw new AwsError('ServiceException', 503, 'The simulated account is stopping.');
      for (;;) {
        const index = idle.findLastIndex(({ name }) => name === model.name);
        const found = index < 0 ? undefined : idle.splice(index, 1)[0]?.sandbox;
        if (!found) return start(model);
        if (found.alive && clock.now() - found.startedAt < OLDEST_SANDBOX_MS) return found;
        void end(found);
      }
    }
  }

  function start(model: FunctionModel): Sandbox {
    const sandbox = startSandbox({
      name: model.name,
      directory: model.directory,
      handler: model.handler,
      compileCache: join(directory, 'compiled'),
      memoryMegabytes: Math.max(model.memoryMegabytes, LEAST_MEGABYTES),
      clock,
      log: (chunk) => appendFileSync(join(logs, `${model.name}.log`), chunk),
      environment: {
        ...model.environment,
        ...options.environment(),
        ...options.credentialsFor(model.roleArn, model.name),
        AWS_REGION: options.region,
        AWS_DEFAULT_REGION: options.region,
        AWS_LAMBDA_FUNCTION_NAME: model.name,
        AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
        AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(model.memoryMegabytes),
        LAMBDA_TASK_ROOT: model.directory,
      },
    });
    all.add(sandbox);
    return sandbox;
  }

  async function end(sandbox: Sandbox): Promise<void> {
    await sandbox.end();
    all.delete(sandbox);
  }

  async function invoke(functionName: string, payload: string): Promise<InvokeResult> {
    const { model, pool } = find(functionName);
    const requestId = randomUUID();
    const sandbox = await pool.take();
    try {
      const outcome = await sandbox.invoke({
        payload,
        timeoutSeconds: model.timeoutSeconds,
        context: {
          awsRequestId: requestId,
          functionName: model.name,
          functionVersion: '$LATEST',
          invokedFunctionArn: model.arn,
          memoryLimitInMB: String(model.memoryMegabytes),
          logGroupName: `/aws/lambda/${model.name}`,
          logStreamName: model.name,
        },
      });
      return { ...outcome, requestId };
    } finally {
      pool.give(sandbox);
    }
  }

  async function invokeUntilItWorks(functionName: string, payload: string): Promise<void> {
    for (const pause of [...RETRY_MS, undefined]) {
      const { ok } = await invoke(functionName, payload);
      if (ok || pause === undefined) return;
      await clock.sleep(pause, closing.signal);
    }
  }

  async function work(call: QueuedCall): Promise<void> {
    try {
      await invokeUntilItWorks(call.functionName, call.payload);
    } catch {
      // Nobody waits: what the function said is in its log. One that is gone since is called no more.
    }
    if (closing.signal.aborted) return;
    queue.value.calls = queue.value.calls.filter(({ id }) => id !== call.id);
    queue.save();
  }

  return {
    find: (functionName) => find(functionName).model,
    invoke,
    invokeLater(functionName, payload) {
      find(functionName);
      const call = { id: randomUUID(), functionName, payload };
      queue.value.calls.push(call);
      queue.save();
      void work(call);
    },
    start() {
      for (const call of left.splice(0)) void work(call);
    },
    async close() {
      closing.abort();
      await Promise.all([...all].map(end));
    },
  };
}
