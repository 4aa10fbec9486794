import { WorkflowError } from '../../workflow/errors.ts';
import { damaged } from '../codec.ts';
import type { Surroundings } from '../ports.ts';
import { Superseded } from '../postgres/fence.ts';
import { DoneMark, keys, Plan } from '../staged.ts';
import type { Agenda } from './agenda.ts';

const POLL_MS = 300;
const LOOK_EVERY_MS = 1000;
/** A working dump writes its progress every second. */
const SILENCE_MS = 60_000;
/** Before its first sign, the dump may still be waiting for capacity or its image. */
const FIRST_SIGN_MS = 15 * 60_000;
/** Marks read side by side, when many are there at once. */
const READERS = 16;

/** Follows a dump through what it leaves in staging. Throws DumpAbandoned when it falls silent. */
export class DumpWatch {
  readonly #around: Surroundings;
  #sign = '';
  #signAt: number;
  #lookedAt = 0;
  #marks = 0;

  constructor(around: Surroundings) {
    this.#around = around;
    this.#signAt = around.clock.now();
  }

  /** The plan of the latest attempt, as soon as there is one. */
  async plan(): Promise<Plan> {
    for (;;) {
      const attempts = (await this.#around.staging.list(keys.attempts))
        .filter((key) => key.endsWith('/plan.json'))
        .map((key) => Number(key.split('/')[1]));
      const plan = attempts.length && (await this.#around.staging.get(keys.plan(Math.max(...attempts))));
      if (plan) return Plan.parse(JSON.parse(plan.toString()));
      await this.#wait();
    }
  }

  /** An object of the plan's attempt, as soon as it is there. Throws Superseded when a newer attempt begins first. */
  async object(plan: Plan, key: string): Promise<Buffer> {
    for (;;) {
      const object = await this.#around.staging.get(key);
      if (object) return object;
      await this.#wait(plan);
    }
  }

  /** Puts every complete chunk on the agenda, until all of the plan are there. */
  async follow(plan: Plan, agenda: Agenda): Promise<void> {
    const { staging } = this.#around;
    const seen = new Set<string>();
    for (;;) {
      const found = (await staging.list(keys.done(plan.attempt))).filter((key) => !seen.has(key));
      for (let at = 0; at < found.length; at += READERS) {
        const marks = await Promise.all(found.slice(at, at + READERS).map((key) => staging.get(key)));
        for (const [of, mark] of marks.entries()) if (mark) agenda.offer(readMark(mark, found[at + of] ?? ''));
      }
      for (const key of found) seen.add(key);
      this.#marks = seen.size;
      if (agenda.allOffered) return;
      await this.#wait(plan);
    }
  }

  async #wait(plan?: Plan): Promise<void> {
    const { staging, clock, signal } = this.#around;
    await clock.sleep(POLL_MS, signal);
    if (clock.now() - this.#lookedAt < LOOK_EVERY_MS) return;
    this.#lookedAt = clock.now();
    if (plan && (await staging.get(keys.plan(plan.attempt + 1))))
      throw new Superseded('a newer attempt of the dump has begun');
    const progress = (await staging.get(keys.progress('dump')))?.toString() ?? '';
    const sign = progress && `${progress}${this.#marks}`;
    if (sign !== this.#sign) {
      this.#sign = sign;
      this.#signAt = this.#lookedAt;
    }
    const silence = this.#lookedAt - this.#signAt;
    if (silence <= (this.#sign ? SILENCE_MS : FIRST_SIGN_MS)) return;
    throw new WorkflowError(
      'DumpAbandoned',
      `The dump is not complete and has not reported for ${Math.round(silence / 1000)} s (${staging.address(keys.progress('dump'))}). See its log, then start the copy again.`,
    );
  }
}

function readMark(text: Buffer, key: string): DoneMark {
  try {
    return DoneMark.parse(JSON.parse(text.toString()));
  } catch {
    throw damaged(key, 'its mark cannot be read');
  }
}
