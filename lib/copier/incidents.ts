import type { Role } from './contract.ts';
import type { Log, Staging } from './ports.ts';
import { keys, Progress } from './staged.ts';

/** Of what was tried again, the report names so many. */
const NAMED = 5;

/**
 * What a role has gone through and survived, in sentences for the report. They are kept in its progress, where the
 * worker that takes over from a killed one finds them.
 */
export class Incidents {
  /** Whether a worker before this one has begun and did not end. */
  readonly afterAnother: boolean;
  readonly #told: string[];
  readonly #triedAgain: string[] = [];
  readonly #survived = new Map<string, number>();
  #stoodAside = 0;

  constructor(before?: Progress) {
    this.afterAnother = before !== undefined;
    this.#told = [...(before?.incidents ?? [])];
  }

  static async after(staging: Staging, role: Role): Promise<Incidents> {
    const left = await staging.get(keys.progress(role));
    return new Incidents(left && Progress.parse(JSON.parse(left.toString())));
  }

  add(sentence: string): void {
    this.#told.push(sentence);
  }

  /** The same log, in which is counted what another try has cured. */
  listening(log: Log): Log {
    return (event, fields) => {
      if (event === 'survived') this.#count(String(fields?.incident));
      if (event === 'tried again') this.#triedAgain.push(String(fields?.what));
      if (event === 'stood aside for a waiting session') this.#stoodAside += 1;
      log(event, fields);
    };
  }

  #count(incident: string): void {
    this.#survived.set(incident, (this.#survived.get(incident) ?? 0) + 1);
  }

  get sentences(): string[] {
    const sentences = [...this.#told];
    if (this.#survived.size) {
      const counted = [...this.#survived].map(([incident, times]) => `${incident} (${times}×)`);
      sentences.push(`Survived by calling again: ${counted.join(', ')}.`);
    }
    const { length: times } = this.#triedAgain;
    if (times) {
      const what = [...new Set(this.#triedAgain)];
      const named = what.slice(0, NAMED).join(', ') + (what.length > NAMED ? ', …' : '');
      sentences.push(
        `After a lost session, a lock or a service that did not answer, ${times === 1 ? 'this was' : `${times} things were`} tried again: ${named}.`,
      );
    }
    if (this.#stoodAside) {
      sentences.push(
        `The copy stood aside ${this.#stoodAside === 1 ? 'once' : `${this.#stoodAside} times`} for a session that waited for it.`,
      );
    }
    return sentences;
  }
}
