import { createEngine, type EngineOptions, type ExecutionDescription } from '../../../lib/local/engine/engine.ts';
import type { FakeClock } from './fake-clock.ts';

interface Machine {
  readonly name: string;
  readonly definition: string;
  readonly roleArn: string;
}

/**
 * Engines over one directory, one after the other: the one that writes the event of the number `killAt` is gone with
 * it, as after kill -9, and the next goes on. What the services were asked for goes on as well.
 */
export class Mortal {
  readonly #o: Omit<EngineOptions, 'clock'> & { readonly clock: FakeClock };
  readonly #machines: readonly Machine[];
  readonly #killAt: number | undefined;
  readonly #over = Promise.withResolvers<void>();
  #executionArn = '';
  /** Events that were written, of all executions. */
  events = 0;
  engine;

  constructor(o: Omit<EngineOptions, 'clock'> & { clock: FakeClock }, machines: readonly Machine[], killAt?: number) {
    this.#o = o;
    this.#machines = machines;
    this.#killAt = killAt;
    this.engine = this.#open();
  }

  #open() {
    const engine = createEngine({
      ...this.#o,
      onEvent: (executionArn, event) => {
        this.events++;
        this.#o.onEvent?.(executionArn, event);
        if (this.events !== this.#killAt) return;
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

  #reopen(): void {
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
}
