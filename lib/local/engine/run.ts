import type { Clock } from '../clock.ts';
import type { Authorize } from '../wire/endpoint.ts';
import { changes } from './changes.ts';
import type { Children } from './children.ts';
import type { State } from './definition.ts';
import type { Execution } from './execution.ts';
import { type Branch, type Visit, variablesOf } from './execution-state.ts';
import { evaluate, type Place, type Scope } from './expressions.ts';
import { Ended, StateFailure } from './failure.ts';
import type { EventDetails, HistoryEvent, HistoryEventType, Memo } from './history.ts';
import { exceedsPayloadLimit, type Json, type JsonObject } from './json.ts';
import type { Integration } from './task.ts';
import type { Tokens } from './tokens.ts';

/** What every execution of the engine shares. */
export interface Services {
  readonly clock: Clock;
  readonly region: string;
  readonly accountId: string;
  /** What answers a `Resource`; undefined when nothing does. */
  readonly integrationOf: (resource: string) => Integration | undefined;
  /** Decides whether a machine's role may take the role of a state's Credentials. */
  readonly authorize: Authorize;
  readonly tokens: Tokens;
  readonly children: Children;
  /** Uniform in [0, 1): the jitter of retries. */
  readonly random: () => number;
  /** The time whose AWS this is, in epoch milliseconds. */
  readonly asOf: number;
}

/** The types of states that have Retry, and so a RetryCount in their context [recorded]. */
export const RETRYABLE: ReadonlySet<string> = new Set(['Task', 'Map', 'Parallel']);

/** One branch at work. A branch that lost its siblings' race has an aborted signal and writes nothing more. */
export class Run {
  readonly services: Services;
  readonly execution: Execution;
  readonly branch: Branch;
  readonly signal: AbortSignal;
  /** Attempts used in the present state, by retrier; the next event of the visit carries them into the history. */
  retries: readonly number[] = [];
  /** Whether the present attempt may be one that was under way when the engine was started again. */
  takesUp = true;

  constructor(services: Services, execution: Execution, branch: Branch, signal: AbortSignal) {
    this.services = services;
    this.execution = execution;
    this.branch = branch;
    this.signal = signal;
  }

  record(
    type: HistoryEventType,
    details?: EventDetails,
    options: { previous?: number; memo?: Memo } = {},
  ): HistoryEvent {
    this.signal.throwIfAborted();
    return this.execution.record(this.branch, type, details, options);
  }

  /** What an event that begins an attempt remembers. */
  memo(memo: Memo): Memo {
    return this.retries.length > 0 ? { ...memo, retries: [...this.retries] } : memo;
  }

  async sleep(seconds: number): Promise<void> {
    await this.services.clock.sleep(seconds * 1000, this.signal);
    this.signal.throwIfAborted();
  }

  get visit(): Visit {
    if (!this.branch.visit) throw new Error(`no state is entered in ${this.execution.executionArn}`);
    return this.branch.visit;
  }

  get state(): State {
    return this.stateNamed(this.visit.name);
  }

  stateNamed(name: string): State {
    const state = this.branch.block.States[name];
    if (!state) throw new Error(`no state "${name}" in ${this.execution.executionArn}`);
    return state;
  }

  get place(): Place {
    return { state: this.visit.name, entered: this.visit.entered };
  }

  /** What the state's expressions see: input, context, variables, and what is given besides. */
  scope(more: { result?: Json; errorOutput?: Json; token?: string; item?: Branch['item'] } = {}): Scope {
    const { token, item = this.branch.item, ...states } = more;
    return {
      states: { input: this.visit.input, context: this.context(token, item), ...states },
      variables: variablesOf(this.branch),
    };
  }

  evaluate(value: Json, scope: Scope, location: string): Promise<Json> {
    return evaluate(value, scope, this.place, location);
  }

  protected context(token: string | undefined, item: Branch['item']): JsonObject {
    const { executionArn, name, state, stateMachine } = this.execution;
    const { visit } = this;
    return {
      Execution: {
        Id: executionArn,
        Input: this.execution.input,
        Name: name,
        RoleArn: stateMachine.roleArn,
        StartTime: timeText(state.startDate),
        RedriveCount: state.redriveCount,
        ...(state.redriveDate !== undefined && { RedriveTime: timeText(state.redriveDate) }),
      },
      StateMachine: { Id: stateMachine.stateMachineArn, Name: stateMachine.name },
      State: {
        Name: visit.name,
        EnteredTime: timeText(visit.enteredAt),
        ...(RETRYABLE.has(this.state.Type) && { RetryCount: this.retries.reduce((sum, used) => sum + used, 0) }),
      },
      ...(token !== undefined && { Task: { Token: token } }),
      ...(item && { Map: { Item: this.shownItem(item) } }),
    };
  }

  /** The item of a Map as the context object shows it. */
  protected shownItem(item: NonNullable<Branch['item']>): JsonObject {
    return this.services.asOf < changes.itemsHaveASource ? { ...item } : { Source: STATE_DATA, ...item };
  }
}

/** Where the items of a Map come from that no reader reads. */
export const STATE_DATA = 'STATE_DATA';

/** As AWS writes times: without a fraction where that is zero. */
export const timeText = (ms: number): string => new Date(ms).toISOString().replace('.000Z', 'Z');

/** The JSON text of a payload; a StateFailure when AWS would not carry it. `of` is the state, or the integrated service. */
export function payloadText(value: Json, of: string): string {
  const text = JSON.stringify(value);
  if (exceedsPayloadLimit(text)) throw dataLimitExceeded(of);
  return text;
}

export const dataLimitExceeded = (of: string): StateFailure =>
  new StateFailure(
    'States.DataLimitExceeded',
    `The state/task '${of}' returned a result with a size exceeding the maximum number of bytes service limit.`,
  );

export const hasEnded = (error: unknown): boolean => error instanceof Ended;
