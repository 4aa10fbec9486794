import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createEngine,
  type Engine,
  type EngineOptions,
  type ExecutionDescription,
  type HistoryEvent,
  type Integration,
  type Json,
  type StatusChange,
} from '../../../lib/local/engine/engine.ts';
import { FakeClock } from './fake-clock.ts';

export const LAMBDA = 'arn:aws:states:::lambda:invoke';
export const CALLBACK = 'arn:aws:states:::lambda:invoke.waitForTaskToken';
export const ROLE = 'arn:aws:iam::111111111111:role/machine';

/** States as a test writes them. */
type States = Readonly<Record<string, object>>;

/** An engine over a temporary directory, on a fake clock, with `lambda:invoke` played by a function. */
export class Stage {
  readonly directory: string;
  readonly clock = new FakeClock();
  readonly changes: StatusChange[] = [];
  readonly events: HistoryEvent[] = [];
  /** Tokens handed to `.waitForTaskToken` integrations, in order. */
  readonly tokens: string[] = [];
  readonly #o: Partial<EngineOptions>;
  lambda: Integration = async (call) => call.arguments;
  engine: Engine;

  constructor(o: Partial<EngineOptions> = {}) {
    this.directory = o.directory ?? mkdtempSync(join(tmpdir(), 'engine-'));
    this.#o = o;
    this.engine = this.open();
  }

  /** A new engine over the same directory, as after a restart. */
  open(): Engine {
    this.engine = createEngine({
      directory: this.directory,
      clock: this.clock,
      region: 'us-east-1',
      accountId: '111111111111',
      timeoutsRequired: false,
      onStatusChange: (change) => this.changes.push(change),
      onEvent: (_, event) => this.events.push(event),
      ...this.#o,
      integrations: {
        [LAMBDA]: (call) => this.lambda(call),
        [CALLBACK]: async (call) => {
          this.tokens.push(call.token ?? '');
          return { StatusCode: 200 };
        },
        ...this.#o.integrations,
      },
    });
    return this.engine;
  }

  /** Creates a machine of the given states (the first is the start) and starts it. */
  start(states: States, input: Json = {}, more: { name?: string; machine?: object } = {}): string {
    const { stateMachineArn } = this.create('machine', states, more.machine);
    return this.engine.startExecution({
      stateMachineArn,
      input: JSON.stringify(input),
      ...(more.name !== undefined && { name: more.name }),
    }).executionArn;
  }

  create(name: string, states: States, machine: object = {}) {
    const definition = {
      QueryLanguage: 'JSONata',
      StartAt: Object.keys(states)[0] ?? '',
      ...machine,
      States: states,
    };
    return this.engine.createStateMachine({ name, definition: JSON.stringify(definition), roleArn: ROLE });
  }

  /** Starts a machine and lets time leap until it has ended. */
  async play(states: States, input: Json = {}, machine: object = {}): Promise<ExecutionDescription> {
    this.clock.leaping = true;
    return this.engine.whenEnded(this.start(states, input, { machine }));
  }

  types(executionArn: string): string[] {
    return this.engine.getExecutionHistory(executionArn).map(({ type }) => type);
  }

  close(): void {
    this.engine.close();
    rmSync(this.directory, { recursive: true, force: true });
  }
}

export const outputOf = ({ output }: ExecutionDescription): unknown => JSON.parse(output ?? 'null');
