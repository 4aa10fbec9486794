import {
  createEngine,
  type Engine,
  type EngineOptions,
  type ExecutionDescription,
  type Integration,
  type TaskCall,
} from '../../../lib/local/engine/engine.ts';
import { type Due, dueAt } from './due.ts';
import type { FakeClock } from './fake-clock.ts';

interface Machine {
  readonly name: string;
  readonly definition: string;
  readonly roleArn: string;
}

/** When an engine is killed, and for how long nobody starts another. */
export interface Kill {
  /** The number of the event, of all executions. */
  readonly at: number;
  readonly downMs: number;
}

type Options = Omit<EngineOptions, 'clock'> & { readonly clock: FakeClock };

/**
 * Engines over one directory, one after the other: the one that writes the event at which it is killed is gone with it,
 * as after kill -9, and the next goes on. What the services were asked for goes on as well.
 */
export class Mortal {
  readonly #o: Options;
  readonly #machines: readonly Machine[];
  readonly #kill: Kill | undefined;
  readonly #over = Promise.withResolvers<void>();
  readonly #breaches: string[] = [];
  #executionArn = '';
  /** What was due while no engine was there. */
  due: Due = { tasks: new Map(), executions: new Map() };
  /** Events that were written, of all executions. */
  events = 0;
  engine: Engine;

  constructor(o: Options, machines: readonly Machine[], kill?: Kill) {
    this.#o = o;
    this.#machines = machines;
    this.#kill = kill;
    this.engine = this.#open();
  }

  #open() {
    const engine = createEngine({
      ...this.#o,
      integrations: Object.fromEntries(
        Object.entries(this.#o.integrations).map(([resource, integration]) => [resource, this.#watched(integration)]),
      ),
      onEvent: (executionArn, event) => {
        this.events++;
        this.#o.onEvent?.(executionArn, event);
        if (this.events !== this.#kill?.at) return;
        engine.close();
        queueMicrotask(() => this.#reopen());
      },
      onStatusChange: (change) => {
        this.#o.onStatusChange?.(change);
        if (change.executionArn === this.#executionArn) this.#look();
      },
    });
    for (const machine of this.#machines) engine.createStateMachine(machine);
    return engine;
  }

  #watched(integration: Integration): Integration {
    return (call) => {
      this.#judge(call);
      return integration(call);
    };
  }

  #judge({ stateName, executionArn, id }: TaskCall): void {
    const { status } = this.engine.describeExecution(executionArn);
    if (status !== 'RUNNING')
      this.#breaches.push(`"${stateName}" called its service when ${executionArn} was ${status}`);
    if (this.due.tasks.has(id)) this.#breaches.push(`"${stateName}" called its service after it had timed out`);
  }

  #reopen(): void {
    this.#o.clock.jump(this.#kill?.downMs ?? 0);
    this.due = dueAt(this.engine, this.#o.clock.now());
    this.engine = this.#open();
    this.engine.resume();
    this.#look();
  }

  #look(): void {
    if (this.engine.describeExecution(this.#executionArn).status !== 'RUNNING') this.#over.resolve();
  }

  /** Starts a machine and resolves with its end, in whichever engine that comes. */
  async run(stateMachineArn: string, name: string, input: string): Promise<ExecutionDescription> {
    this.#executionArn = `${stateMachineArn.replace(':stateMachine:', ':execution:')}:${name}`;
    this.engine.startExecution({ stateMachineArn, name, input });
    await this.#over.promise;
    return this.engine.describeExecution(this.#executionArn);
  }

  /** What no engine may do: ask for something in vain, leave something open, or let pass what was due. */
  breaches(): string[] {
    const ends = this.engine.listExecutions().flatMap(({ executionArn, status }) => {
      const { status: due } = this.due.executions.get(executionArn) ?? { status };
      if (status === 'RUNNING') return `${executionArn} is still open`;
      return status === due ? [] : `${executionArn} is ${status} and not ${due}`;
    });
    return [...this.#breaches, ...ends];
  }
}
