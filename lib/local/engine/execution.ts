import type { Clock } from '../clock.ts';
import type { Machine } from './definition.ts';
import { Ended } from './failure.ts';
import { apply, type Branch, type ExecutionState, type ExecutionStatus, emptyState } from './fold.ts';
import {
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
  /** JSON texts. */
  readonly input: string;
  readonly output?: string;
  readonly error?: string;
  readonly cause?: string;
  /** Who started it. AWS tells this in CloudTrail only, so no Step Functions API shows it. */
  readonly principalArn?: string;
}

export interface StateMachine {
  readonly stateMachineArn: string;
  readonly name: string;
  readonly roleArn: string;
  readonly definition: string;
  readonly creationDate: number;
  readonly machine: Machine;
}

/** An empty text stands for JSON that AWS did not have to shorten: it never does here. */
export const whole = { truncated: false };

interface RecordOptions {
  /** Where AWS links the event to something else than the branch's latest. */
  readonly previous?: number;
  readonly memo?: Memo;
}

/** A running execution: its state, and the one way to change it, which is to write an event first. */
export class Execution {
  readonly executionArn: string;
  readonly name: string;
  readonly stateMachine: StateMachine;
  readonly principalArn: string | undefined;
  /** Parsed once: every context object shows it. */
  input: Json = null;
  readonly state: ExecutionState = emptyState();
  readonly #file: HistoryFile;
  readonly #clock: Clock;
  readonly #onEvent: (event: HistoryEvent) => void;
  readonly #onStatusChange: (execution: Execution) => void;
  readonly #controller = new AbortController();

  constructor(o: {
    executionArn: string;
    name: string;
    stateMachine: StateMachine;
    principalArn: string | undefined;
    file: HistoryFile;
    clock: Clock;
    onEvent: (event: HistoryEvent) => void;
    onStatusChange: (execution: Execution) => void;
  }) {
    this.executionArn = o.executionArn;
    this.name = o.name;
    this.stateMachine = o.stateMachine;
    this.principalArn = o.principalArn;
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

  start(input: string, memo: Memo): void {
    this.input = JSON.parse(input) as Json;
    const details = { input, inputDetails: whole, roleArn: this.stateMachine.roleArn };
    this.#write('', 'ExecutionStarted', details, { previous: 0, memo });
    this.#onStatusChange(this);
  }

  /** Writes an event of a branch, then moves the state by it. Throws `Ended` when the execution has ended. */
  record(branch: Branch, type: HistoryEventType, details?: EventDetails, options: RecordOptions = {}): HistoryEvent {
    this.signal.throwIfAborted();
    if (this.state.events + 1 >= HISTORY_LIMIT) {
      this.end('ExecutionFailed', {
        error: 'States.Runtime',
        cause: `The execution reached the maximum number of history events (${HISTORY_LIMIT}).`,
      });
      this.signal.throwIfAborted();
    }
    return this.#write(branch.key, type, details, { previous: branch.last, ...options });
  }

  /** Writes the last event, tells the world and stops whatever still runs. Does nothing when it has ended before. */
  end(
    type: `Execution${'Succeeded' | 'Failed' | 'TimedOut' | 'Aborted'}`,
    details: EventDetails,
    previous = this.top.last,
  ): void {
    if (this.signal.aborted) return;
    this.#write('', type, details, { previous });
    this.close();
    this.#onStatusChange(this);
  }

  /** Stops the work without an end: what follows is as after a crash. */
  close(): void {
    if (this.signal.aborted) return;
    this.#controller.abort(new Ended(`${this.executionArn} has ended`));
    this.#file.close();
  }

  describe(): ExecutionDescription {
    const { status, startDate, stopDate, input, output, error, cause } = this.state;
    return {
      executionArn: this.executionArn,
      stateMachineArn: this.stateMachine.stateMachineArn,
      name: this.name,
      status,
      startDate,
      ...(stopDate !== undefined && { stopDate }),
      input,
      ...(output !== undefined && { output }),
      ...(error !== undefined && { error }),
      ...(cause !== undefined && { cause }),
      ...(this.principalArn !== undefined && { principalArn: this.principalArn }),
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
    this.#file.append(record);
    apply(this.stateMachine.machine, this.state, record);
    this.#onEvent(event);
    return event;
  }
}
