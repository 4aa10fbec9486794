import { WorkflowError } from '../../workflow/errors.ts';
import { damagedObject } from '../codec.ts';
import type { Surroundings } from '../ports.ts';
import { Superseded } from '../postgres/fence.ts';
import { unseal } from '../sealed.ts';
import { DoneMark, keys, Manifest, Plan } from '../staged.ts';
import type { Agenda } from './agenda.ts';

const POLL_MS = 300;
const LOOK_EVERY_MS = 1000;
/**
 * A working dump writes its progress every second; a lost one is replaced, and its successor may have to wait for
 * capacity and its image. Its state gives it four tries, with heartbeats of 45, 90, 180 and 360 s: 675 s, and the
 * seconds between them. Then the state machine ends this restore, so that nobody waits in vain.
 */
const SILENCE_MS = 12 * 60_000;
/** Longer than this between two looks, and it was staging that kept them apart. */
const DEAF_MS = 10_000;
/** Marks read side by side, when many are there at once. */
const READERS = 16;
/** What a mark has in the place of a table. */
const LARGE_OBJECTS = -1;

/** Follows a dump through what it leaves in staging. Throws DumpAbandoned when it falls silent, ChunkDamaged
 * when what it left is not what it wrote. */
export class DumpWatch {
  readonly #run: string;
  readonly #around: Surroundings;
  #sign = '';
  #signAt: number;
  #lookedAt = 0;
  #marks = 0;

  constructor(run: string, around: Surroundings) {
    this.#run = run;
    this.#around = around;
    this.#signAt = around.clock.now();
  }

  /** The plan of the latest attempt, as soon as there is one. */
  async plan(): Promise<Plan> {
    for (;;) {
      const attempts = (await this.#around.staging.list(keys.attempts))
        .filter((key) => key.endsWith('/plan.json'))
        .map((key) => Number(key.split('/')[1]));
      const key = keys.plan(Math.max(...attempts));
      const found = attempts.length && (await this.#around.staging.get(key));
      if (found) {
        const plan = unseal(Plan, found, key);
        if (plan.run !== this.#run || keys.plan(plan.attempt) !== key) {
          throw damagedObject(key, `it is attempt ${plan.attempt} of run ${plan.run}`);
        }
        return plan;
      }
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

  /** What the dump measured, as soon as it is complete. */
  async manifest(plan: Plan): Promise<Manifest> {
    const key = keys.manifest(plan.attempt);
    const manifest = unseal(Manifest, await this.object(plan, key), key);
    if (manifest.plan !== plan.id || manifest.role !== 'dump') {
      throw damagedObject(key, `it is of the ${manifest.role} of plan ${manifest.plan}, not ${plan.id}`);
    }
    return manifest;
  }

  /** Puts every complete chunk on the agenda, until all of the plan are there. */
  async follow(plan: Plan, agenda: Agenda): Promise<void> {
    const { staging } = this.#around;
    const chunks = new Set(plan.chunks.map(({ attempt, id }) => keys.done(attempt, id)));
    const attempts = [...new Set(plan.chunks.map(({ attempt }) => attempt))];
    const seen = new Set<string>();
    for (;;) {
      const there = (await Promise.all(attempts.map((attempt) => staging.list(keys.done(attempt))))).flat();
      const found = there.filter((key) => chunks.has(key) && !seen.has(key));
      for (let at = 0; at < found.length; at += READERS) {
        const marks = await Promise.all(found.slice(at, at + READERS).map((key) => staging.get(key)));
        for (const [of, mark] of marks.entries()) if (mark) agenda.offer(readMark(mark, found[at + of] ?? '', plan));
      }
      for (const key of found) seen.add(key);
      this.#marks = seen.size;
      if (agenda.allOffered) return;
      await this.#wait(plan);
    }
  }

  /** Throws Superseded when a newer attempt has begun. */
  async proveLast(plan: Plan): Promise<void> {
    const next = await this.#around.staging.get(keys.plan(plan.attempt + 1));
    if (next) throw new Superseded('a newer attempt of the dump has begun');
  }

  async #wait(plan?: Plan): Promise<void> {
    const { staging, clock, signal } = this.#around;
    await clock.sleep(POLL_MS, signal);
    if (clock.now() - this.#lookedAt < LOOK_EVERY_MS) return;
    // While staging did not answer, the dump could not be heard.
    if (this.#lookedAt) this.#signAt += Math.max(0, clock.now() - this.#lookedAt - DEAF_MS);
    this.#lookedAt = clock.now();
    if (plan) await this.proveLast(plan);
    const progress = (await staging.get(keys.progress('dump')))?.toString() ?? '';
    const sign = progress && `${progress}${this.#marks}`;
    if (sign !== this.#sign) {
      this.#sign = sign;
      this.#signAt = this.#lookedAt;
    }
    const silence = this.#lookedAt - this.#signAt;
    if (silence <= SILENCE_MS) return;
    throw new WorkflowError(
      'DumpAbandoned',
      `The dump is not complete and has not reported for ${Math.round(silence / 1000)} s (${staging.address(keys.progress('dump'))}). See its log, then start the copy again.`,
    );
  }
}

/** The mark, if it tells of the very chunk that the plan has under this key. */
export function readMark(text: Buffer, key: string, plan: Plan): DoneMark {
  const mark = unseal(DoneMark, text, key);
  if (mark.plan !== plan.id) throw damagedObject(key, `it belongs to plan ${mark.plan}, not ${plan.id}`);
  const planned = plan.chunks.find(({ id }) => id === mark.chunk);
  if (!planned || keys.done(planned.attempt, mark.chunk) !== key)
    throw damagedObject(key, `it marks chunk ${mark.chunk}`);
  const tables = planned.largeObjects ? [LARGE_OBJECTS] : planned.pieces.map(({ table }) => table);
  if (String(mark.pieces.map(({ table }) => table)) !== String(tables)) {
    throw damagedObject(key, 'it holds other tables than the plan says');
  }
  return mark;
}
