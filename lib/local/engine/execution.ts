import type { Clock } from '../clock.ts';
import type { Machine } from './definition.ts';
import { type Branch, type ExecutionState, type ExecutionStatus, emptyState } from './execution-state.ts';
import { Ended } from './failure.ts';
import { apply } from './fold.ts';
import {
  type Caller,
  detailsName,
  type EventDetails,
  HISTORY_LIMIT,
  type HistoryEvent,
  type HistoryEventType,
  type HistoryFile,
  type Memo,
} from './history.ts';
import type { Json } from './json.ts';

/** What DescribeExecution tells, with times in milliseconds since the epoch. */
export interface ExecutionDescription {
  readonly executionArn: string;
  readonly stateMachineArn: string;
  readonly name: string;
  readonly status: ExecutionStatus;
  readonly startDate: number;
  readonly stopDate?: number;
  readonly redriveCount: number;
  readonly redriveDate?: number;
  /** No API shows it, but a redrive must leave room for more. */
  readonly lastEventId: number;
  /** JSON texts. */
  readonly input: string;
  readonly output?: string;
  readonly error?: string;
  readonly cause?: string;
  /** Who started it. AWS tells this in CloudTrail only, so no Step Functions API shows it. */
  readonly principalArn?: string;
  /** The execution that started it; no API shows it either. */
  readonly caller?: Caller;
}

export interface MachineRecord {
  readonly stateMachineArn: string;
  readonly name: string;
  readonly roleArn: string;
  readonly definition: string;
  readonly creationDate: number;
}
export interface StateMachine extends MachineRecord {
  readonly machine: Machine;
}

/** An empty text stands for JSON that AWS did not have to shorten: it never does here. */
export const whole = { truncated: false };

interface RecordOptions {
  /** Where AWS links the event to something else than the branch's latest. */
  readonly previous?: number;
  readonly memo?: Memo;
}

/** AWS lets an execution be open for a year: 365 days of 86,400 seconds. */
const LONGEST_EXECUTION = 365 * 86_400;

/** The history took no more (a full disk): the execution goes on where an engine is started over it again. */
export class UnwrittenEvent extends Error {
  constructor(executionArn: string, cause: unknown) {
    super(`An event of ${executionArn} cannot be written: ${(cause as Error).message}`, { cause });
  }
}

/** A running execution: its state, and the one way to change it, which is to write an event first. */
export class Execution {
  readonly executionArn: string;
  readonly name: string;
  readonly stateMachine: StateMachine;
  readonly principalArn: string | undefined;
  readonly caller: Caller | undefined;
  /** Parsed once: every context object shows it. */
  input: Json = null;
  readonly state: ExecutionState;
  readonly #file: HistoryFile;
  readonly #clock: Clock;
  readonly #onEvent: (event: HistoryEvent) => void;
  readonly #onStatusChange: (execution: Execution) => void;
  readonly #controller = new AbortController();
  #sealed = false;

  constructor(o: {
    executionArn: string;
    name: string;
    stateMachine: StateMachine;
    principalArn: string | undefined;
    caller?: Caller | undefined;
    /** What its history tells, when there is one. */
    state?: ExecutionState;
    file: HistoryFile;
    clock: Clock;
    onEvent: (event: HistoryEvent) => void;
    onStatusChange: (execution: Execution) => void;
  }) {
    this.executionArn = o.executionArn;
    this.name = o.name;
    this.stateMachine = o.stateMachine;
    this.principalArn = o.principalArn;
    this.caller = o.caller;
    this.state = o.state ?? emptyState();
    if (this.state.events > 0) this.input = JSON.parse(this.state.input) as Json;
    this.#file = o.file;
    this.#clock = o.clock;
    this.#onEvent = o.onEvent;
    this.#onStatusChange = o.onStatusChange;
  }

  /** Aborted with `Ended` when the execution has ended or the engine was closed. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get top(): Branch {
    const top = this.state.branches.get('');
    if (!top) throw new Error(`${this.executionArn} has not started`);
    return top;
  }

  /** When it ends as TIMED_OUT. A redrive winds up the machine's timeout again, but not the year. */
  get deadline(): number {
    const { TimeoutSeconds = LONGEST_EXECUTION } = this.stateMachine.machine;
    const { startDate, redriveDate = startDate } = this.state;
    return Math.min(redriveDate + TimeoutSeconds * 1000, startDate + LONGEST_EXECUTION * 1000);
  }

  start(input: string, memo: Memo): void {
    this.input = JSON.parse(input) as Json;
    const details = { input, inputDetails: whole, roleArn: this.stateMachine.roleArn };
    this.#write('', 'ExecutionStarted', details, { previous: 0, memo });
    if (this.#sealed) return;
    this.#onStatusChange(this);
  }

  /** An execution that ended, but not well, is running again. @returns since when */
  redrive(clientToken?: string): number {
    const details = { redriveCount: this.state.redriveCount + 1 };
    const memo = clientToken === undefined ? {} : { clientToken };
    const { timestamp } = this.#write('', 'ExecutionRedriven', details, { previous: this.state.events, memo });
    if (!this.#sealed) this.#onStatusChange(this);
    return timestamp;
  }

  /** Writes an event of a branch, then moves the state by it. Throws `Ended` when the execution has ended. */
  record(branch: Branch, type: HistoryEventType, details?: EventDetails, options: RecordOptions = {}): HistoryEvent {
    this.#throwIfSealed();
    if (this.state.events + 1 >= HISTORY_LIMIT) {
      this.end('ExecutionFailed', {
        error: 'States.Runtime',
        cause: `The execution reached the maximum number of history events (${HISTORY_LIMIT}).`,
      });
      this.signal.throwIfAborted();
    }
    const event = this.#write(branch.key, type, details, { previous: branch.last, ...options });
    // Whoever was told of it may have closed the engine.
    this.#throwIfSealed();
    return event;
  }

  /** Writes the last event, tells the world and stops whatever still runs. Does nothing when it has ended before. */
  end(
    type: `Execution${'Succeeded' | 'Failed' | 'TimedOut' | 'Aborted'}`,
    details: EventDetails,
    previous = this.#lastBefore(type),
  ): void {
    if (this.#sealed) return;
    this.#write('', type, details, { previous });
    if (this.#sealed) return;
    this.close();
    this.#onStatusChange(this);
  }

  /** What ends an execution from outside names no event [measured: github.com/floci-io/floci #2733, getmoto/moto]. */
  #lastBefore(type: HistoryEventType): number {
    return type === 'ExecutionTimedOut' || type === 'ExecutionAborted' ? 0 : this.top.last;
  }

  timeOut(): void {
    this.end('ExecutionTimedOut', { error: 'States.Timeout' });
  }

  /** From now on nothing is written. Executions stop each other: seal all before the first is closed. */
  seal(): void {
    if (this.#sealed) return;
    this.#sealed = true;
    this.#file.close();
  }

  /** Stops the work without an end: what follows is as after a crash. */
  close(): void {
    this.seal();
    this.#controller.abort(new Ended(`${this.executionArn} has ended`));
  }

  #throwIfSealed(): void {
    if (this.#sealed) throw new Ended(`${this.executionArn} has ended`);
  }

  describe(): ExecutionDescription {
    const { status, startDate, stopDate, redriveCount, redriveDate, events, input, output, error, cause } = this.state;
    return {
      executionArn: this.executionArn,
      stateMachineArn: this.stateMachine.stateMachineArn,
      name: this.name,
      status,
      startDate,
      ...(stopDate !== undefined && { stopDate }),
      redriveCount,
      ...(redriveDate !== undefined && { redriveDate }),
      lastEventId: events,
      input,
      ...(output !== undefined && { output }),
      ...(error !== undefined && { error }),
      ...(cause !== undefined && { cause }),
      ...(this.principalArn !== undefined && { principalArn: this.principalArn }),
      ...(this.caller && { caller: this.caller }),
    };
  }

  #write(
    branch: string,
    type: HistoryEventType,
    details: EventDetails | undefined,
    { previous, memo }: RecordOptions,
  ): HistoryEvent {
    const event: HistoryEvent = {
      id: this.state.events + 1,
      previousEventId: previous ?? 0,
      timestamp: this.#clock.now(),
      type,
      ...(details && { [detailsName(type)]: details as Record<string, Json> }),
    };
    const record = { branch, event, ...(memo && { memo }) };
    // What cannot be folded must not be written: no engine could read that history again.
    apply(this.stateMachine.machine, this.state, record);
    try {
      this.#file.append(record);
    } catch (error) {
      // The state is ahead of its history now.
      this.close();
      throw new UnwrittenEvent(this.executionArn, error);
    }
    this.#onEvent(event);
    return event;
  }
}
