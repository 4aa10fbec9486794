import type { Role } from './contract.ts';
import type { Log, Staging } from './ports.ts';
import { keys, WorkerProgress } from './staged.ts';

/** Of what was tried again, the report names so many. */
const NAMED = 5;

/**
 * What a role has gone through and survived, in sentences for the report. They are kept in its progress, where the
 * worker that takes over from a killed one finds them.
 */
export class Incidents {
  /** Whether a worker before this one has begun and did not end. */
  afterAnother = false;
  readonly #told: string[] = [];
  readonly #triedAgain: string[] = [];
  readonly #services = new Map<string, number>();
  #stoodAside = 0;

  /** Goes on with what the worker before this one has left, if there was one. */
  async takeOver(staging: Staging, role: Role): Promise<void> {
    const left = await staging.get(keys.progress(role));
    // Cut off or of another version: then it is only known that there was one.
    const progress = left && WorkerProgress.safeParse(parsed(left.toString()));
    this.afterAnother = left !== undefined;
    this.#told.push(...(progress?.data?.incidents ?? []));
  }

  add(sentence: string): void {
    this.#told.push(sentence);
  }

  /** The same log, in which is counted what another try has cured. */
  listening(log: Log): Log {
    return (event, fields) => {
      if (event === 'tried again') this.#triedAgain.push(String(fields?.what));
      if (event === 'stood aside for a waiting session') this.#stoodAside += 1;
      if (event === 'survived') {
        const incident = String(fields?.incident);
        this.#services.set(incident, (this.#services.get(incident) ?? 0) + 1);
      }
      log(event, fields);
    };
  }

  get sentences(): string[] {
    const sentences = [...this.#told];
    if (this.#triedAgain.length) {
      const what = [...new Set(this.#triedAgain)];
      const named = what.slice(0, NAMED).join(', ') + (what.length > NAMED ? ', …' : '');
      sentences.push(
        `After a lost session, a lock or a service that did not answer, ${times(this.#triedAgain)} something was tried again: ${named}.`,
      );
    }
    if (this.#stoodAside) {
      sentences.push(`The copy stood aside ${times(this.#stoodAside)} for a session that waited for it.`);
    }
    if (this.#services.size) {
      const counted = [...this.#services].map(([incident, count]) => `${incident} (${count}×)`);
      sentences.push(`Survived by calling again: ${counted.join(', ')}.`);
    }
    return sentences;
  }
}

function times(of: number | readonly unknown[]): string {
  const count = typeof of === 'number' ? of : of.length;
  return count === 1 ? 'once' : `${count} times`;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
