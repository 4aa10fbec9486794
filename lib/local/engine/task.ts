import { callId } from './call-id.ts';
import type { TaskState } from './definition.ts';
import { whole } from './execution.ts';
import type { TaskUnderWay } from './execution-state.ts';
import { evaluateWhole, MOST_SECONDS, type Scope } from './expressions.ts';
import { type FailedAs, HeartbeatFailure, StateFailure, TaskFailure } from './failure.ts';
import type { EventDetails } from './history.ts';
import { exceedsPayloadLimit, isObject, type Json } from './json.ts';
import { dataLimitExceeded, hasEnded, payloadText, type Run } from './run.ts';
import { assumeTaskRole } from './task-role.ts';

/** One call of an integrated service. */
export interface TaskCall {
  /** The state's `Resource`. */
  readonly resource: string;
  readonly arguments: Json;
  /** A UUID: the same when the call is made again because the engine was started again. */
  readonly id: string;
  /** With `.waitForTaskToken`: what the one who does the work answers with. */
  readonly token?: string;
  /** The role to call the service as: the state's Credentials, else the machine's role. */
  readonly roleArn: string;
  readonly executionArn: string;
  readonly stateName: string;
  /** Aborted when nobody waits for the task any more: it timed out, or its execution or branch ended. */
  readonly signal: AbortSignal;
  /** With `.sync`: tells that the job was accepted, and what the service said (recorded as TaskSubmitted, once). */
  submitted(output: Json): void;
}

/**
 * Performs a call. Resolves with the service's answer; with `.waitForTaskToken` when the work is handed over (the token
 * is answered separately); with `.sync` when the job has ended. Rejects with `TaskFailure` for a declared failure.
 */
export type Integration = (call: TaskCall) => Promise<Json>;

/** `arn:aws:states:::lambda:invoke` is the resource `invoke` of the type `lambda`, as events name it. */
export function splitResource(arn: string): { resourceType: string; resource: string } {
  const path = arn.split(':').slice(5).join(':').replace(/^:/, '');
  const [, resourceType = path, resource = ''] = /^(aws-sdk:[^:]+|[^:]+):(.*)$/.exec(path) ?? [];
  return { resourceType, resource };
}

/** How the events of a task are named: a function's ARN as the Resource has a family of its own, as before integrations. */
interface Family {
  readonly name: 'Task' | 'LambdaFunction';
  /** The service and its action, in every event of a Task. */
  readonly target: { readonly resourceType?: string; readonly resource?: string };
}

/** Patterns of services that take work first, which is told by TaskSubmitted, and have it done later. */
const SUBMITS = /\.(sync(:2)?|waitForTaskToken)$/;

const FUNCTION = /^arn:[^:]+:lambda:[^:]*:[^:]*:function:/;

const familyOf = (resource: string): Family =>
  FUNCTION.test(resource) ? { name: 'LambdaFunction', target: {} } : { name: 'Task', target: splitResource(resource) };

/** What a task asks of its service. */
interface TaskRequest {
  readonly args: Json;
  /** `args` as a text that AWS would carry. */
  readonly text: string;
  readonly timeoutInSeconds: number | undefined;
  readonly heartbeatInSeconds: number | undefined;
  /** Of the state's Credentials. */
  readonly roleArn: string | undefined;
}

/** Evaluates all fields of a task that are known before it is scheduled. */
export async function requestOf(run: Run, state: TaskState, token: string | undefined): Promise<TaskRequest> {
  const scope = run.scope(token === undefined ? {} : { token });
  const args =
    state.Arguments === undefined ? run.visit.input : await run.evaluate(state.Arguments, scope, 'Arguments');
  const timeoutInSeconds = await seconds(run, 'TimeoutSeconds', state.TimeoutSeconds, scope);
  const heartbeatInSeconds = await seconds(run, 'HeartbeatSeconds', state.HeartbeatSeconds, scope);
  const credentials = state.Credentials && (await run.evaluate(state.Credentials, scope, 'Credentials'));
  const roleArn = isObject(credentials) ? String(credentials.RoleArn) : undefined;
  return { args, text: payloadText(args, run.visit.name), timeoutInSeconds, heartbeatInSeconds, roleArn };
}

/** Writes that the task of the present state is wanted. */
async function schedule(run: Run, state: TaskState, family: Family): Promise<TaskUnderWay & { token?: string }> {
  const { tokens, region } = run.services;
  const answered = state.Resource.endsWith('.waitForTaskToken');
  const token = answered ? tokens.mint(run.execution.executionArn) : undefined;
  const { text, timeoutInSeconds, heartbeatInSeconds, roleArn } = await requestOf(run, state, token);
  const scheduled: EventDetails = {
    ...(family.name === 'Task'
      ? { ...family.target, region, parameters: text }
      : { resource: state.Resource, input: text, inputDetails: whole }),
    ...(timeoutInSeconds !== undefined && { timeoutInSeconds }),
    ...(heartbeatInSeconds !== undefined && { heartbeatInSeconds }),
    ...(roleArn !== undefined && { taskCredentials: { roleArn } }),
  };
  const memo = run.memo(token === undefined ? {} : { token });
  const { id } = run.record(`${family.name}Scheduled`, scheduled, { memo });
  return { id, scheduled, ...(token !== undefined && { token }) };
}

/**
 * Schedules the task of the present state, or takes up the one that was under way when the engine was started again,
 * and waits for its end, one way or another.
 */
export async function runTask(run: Run, state: TaskState): Promise<Json> {
  const { visit, takesUp } = run;
  if (takesUp && visit.result !== undefined) return visit.result;
  const family = familyOf(state.Resource);
  const past = takesUp && visit.task ? { token: visit.token, ...visit.task } : undefined;
  const { id, scheduled, token } = past ?? (await schedule(run, state, family));
  const startedAt =
    past?.startedAt ??
    run.record(`${family.name}Started`, family.name === 'Task' ? family.target : undefined).timestamp;
  const integration = run.services.integrationOf(state.Resource);
  if (!integration) throw new Error(`nothing answers ${state.Resource}`);
  const { executionArn, stateMachine } = run.execution;
  const { timeoutInSeconds, heartbeatInSeconds, taskCredentials } = scheduled;
  const wasStarted = past?.startedAt !== undefined;
  return attempt(run, {
    family,
    token,
    startedAt,
    timeoutSeconds: numberIn(timeoutInSeconds),
    heartbeatSeconds: numberIn(heartbeatInSeconds),
    submitted: past?.submitted ?? false,
    async perform(waiting) {
      if (wasStarted && isLambda(family)) throw connectionLost();
      const roleArn = isObject(taskCredentials) ? String(taskCredentials.roleArn) : stateMachine.roleArn;
      assumeTaskRole(run.services.authorize, { roleArn, executionArn }, stateMachine);
      return integration({
        resource: state.Resource,
        arguments: JSON.parse(String(scheduled.parameters ?? scheduled.input)) as Json,
        id: callId(executionArn, id),
        ...(token !== undefined && { token }),
        roleArn,
        executionArn,
        stateName: visit.name,
        ...waiting,
      });
    },
  });
}

const numberIn = (value: Json | undefined): number | undefined => (typeof value === 'number' ? value : undefined);

const isLambda = ({ name, target }: Family): boolean => name === 'LambdaFunction' || target.resourceType === 'lambda';

/**
 * A function may have run or not, and AWS runs none twice unless the state's Retry says so: that rule decides. Other
 * calls are made again as the SDK of a service does by itself, under the same idempotency token.
 */
const connectionLost = () =>
  new TaskFailure(
    'Lambda.SdkClientException',
    'Unable to execute the HTTP request: the account was stopped and started again before the function had answered.',
  );

interface AttemptOptions {
  readonly family: Family;
  readonly token: string | undefined;
  readonly startedAt: number;
  /** Whether TaskSubmitted is written. */
  readonly submitted: boolean;
  readonly timeoutSeconds: number | undefined;
  readonly heartbeatSeconds: number | undefined;
  readonly perform: (waiting: Pick<TaskCall, 'signal' | 'submitted'>) => Promise<Json>;
}

async function seconds(
  run: Run,
  field: 'TimeoutSeconds' | 'HeartbeatSeconds',
  value: number | string | undefined,
  scope: Scope,
): Promise<number | undefined> {
  if (value === undefined) return undefined;
  return evaluateWhole(value, scope, run.place, field, [1, MOST_SECONDS]);
}

/** A scheduled task until its end: whichever of answer, failure, timeout, missing heartbeat and abort comes first. */
function attempt(run: Run, o: AttemptOptions): Promise<Json> {
  run.signal.throwIfAborted();
  const { clock, tokens } = run.services;
  const { token, family } = o;
  const { target } = family;
  const end = Promise.withResolvers<Json>();
  const work = new AbortController();
  const watches = new AbortController();
  let over = false;

  /** Writes how the task ended, then wakes the state. Only the first end counts. */
  const finish = (write: () => void, wake: () => void) => {
    if (over) return;
    over = true;
    watches.abort();
    run.signal.removeEventListener('abort', abort);
    if (token !== undefined) tokens.close(token);
    try {
      write();
      wake();
    } catch (error) {
      end.reject(error);
    }
  };
  const fail = (error: string | undefined, cause: string | undefined, as: FailedAs = 'Failed') => {
    const details = { ...target, ...(error !== undefined && { error }), ...(cause !== undefined && { cause }) };
    finish(
      () => run.record(as === 'SubmitFailed' ? 'TaskSubmitFailed' : `${family.name}Failed`, details),
      () => end.reject(new StateFailure(error, cause)),
    );
  };
  const succeed = (output: string) => {
    if (exceedsPayloadLimit(output)) {
      const { error, reason } = dataLimitExceeded(family.target.resourceType ?? 'lambda');
      return fail(error, reason);
    }
    finish(
      () => run.record(`${family.name}Succeeded`, { ...target, output, outputDetails: whole }),
      () => end.resolve(JSON.parse(output) as Json),
    );
  };
  let accepted = o.submitted;
  const submitted = (output: Json) => {
    if (over || o.submitted || run.signal.aborted) return;
    accepted = true;
    run.record('TaskSubmitted', { ...target, output: JSON.stringify(output), outputDetails: whole });
  };
  const timeOut = (failure: StateFailure) => {
    const memo = failure instanceof HeartbeatFailure ? { heartbeat: true } : {};
    finish(
      () => run.record(`${family.name}TimedOut`, { ...target, error: 'States.Timeout' }, { memo }),
      () => end.reject(failure),
    );
    work.abort(new Error(`"${run.visit.name}" timed out`));
  };
  const abort = () => {
    finish(
      () => {},
      () => end.reject(run.signal.reason),
    );
    work.abort(run.signal.reason);
  };
  const watch = async (deadline: () => number, failure: StateFailure) => {
    try {
      while (deadline() > clock.now()) await clock.sleep(deadline() - clock.now(), watches.signal);
    } catch {
      return; // The task is over.
    }
    timeOut(failure);
  };
  const call = async () => {
    // Who has the token answers, whatever became of the engine.
    if (token !== undefined && o.submitted) return;
    try {
      const result = await o.perform({ signal: work.signal, submitted });
      if (token === undefined) succeed(JSON.stringify(result ?? null));
      else submitted(result ?? null);
    } catch (error) {
      const as = SUBMITS.test(target.resource ?? '') && !accepted ? 'SubmitFailed' : 'Failed';
      if (error instanceof TaskFailure) fail(error.error, error.cause, error.as ?? as);
      else if (!hasEnded(error)) fail('States.TaskFailed', error instanceof Error ? error.message : String(error));
    }
  };

  // The engine heard no heartbeat while it was not there: the interval begins anew.
  let lastBeat = clock.now();
  const { timeoutSeconds, heartbeatSeconds } = o;
  const beat = () => {
    lastBeat = clock.now();
  };
  run.signal.addEventListener('abort', abort);
  const { stateMachineArn } = run.execution.stateMachine;
  if (token !== undefined) tokens.open(token, { stateMachineArn, beat, succeed, fail });
  if (timeoutSeconds !== undefined)
    void watch(() => o.startedAt + timeoutSeconds * 1000, new StateFailure('States.Timeout', undefined));
  if (heartbeatSeconds !== undefined) void watch(() => lastBeat + heartbeatSeconds * 1000, new HeartbeatFailure());
  // A task that timed out while the engine was gone asks nobody for anything.
  if (!over) void call();
  return end.promise;
}
