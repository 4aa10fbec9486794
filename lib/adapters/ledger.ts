import { randomUUID } from 'node:crypto';
import { effectEndsIn, emptyLedger, holds, saving } from '../domain/ledger.ts';
import { keys } from '../domain/run.ts';
import { Ledger, type SavedState } from '../workflow/documents/ledger.ts';
import type { Lease } from '../workflow/documents/run.ts';
import { WorkflowError } from '../workflow/errors.ts';
import type { Documents } from './documents.ts';

/** Writers of one ledger are few; losing this often means something else is wrong. */
const TRIES = 20;

/** The one object per migration that says who holds it and which side may be written. */
export interface Ledgers {
  read(migration: string): Promise<Ledger>;
  /** The ledger, when the lease holds; otherwise LeaseLost. */
  held(lease: Lease): Promise<Ledger>;
  /** Compare-and-swap until it succeeds; `change` sees the newest ledger each time and may throw. */
  change(migration: string, change: (ledger: Ledger) => Ledger): Promise<Ledger>;
  /** As `change`, but only while the lease holds. */
  changeHeld(lease: Lease, change: (ledger: Ledger) => Ledger): Promise<Ledger>;
  /**
   * An effect on an API that knows no epoch. Before it begins, the ledger says what will be changed and until
   * when the effect may last, so that a takeover waits for it; afterwards that mark is removed.
   */
  effect<T>(
    lease: Lease,
    effect: { readonly task: string; readonly seconds: number; readonly saves?: Partial<SavedState> },
    act: (ledger: Ledger) => Promise<T>,
  ): Promise<T>;
}

export function s3Ledgers(documents: Documents, now: () => number = Date.now): Ledgers {
  const instant = () => new Date(now()).toISOString();
  const read = async (migration: string) => {
    const stored = await documents.read(keys.ledger(migration), Ledger);
    return stored ?? { value: emptyLedger(migration, instant()), etag: null };
  };
  const lost = ({ migration, run, epoch }: Lease) =>
    new WorkflowError(
      'LeaseLost',
      `Run ${run} no longer holds migration "${migration}" with epoch ${epoch}: another run or unwind has taken over. Nothing was done.`,
    );

  const change: Ledgers['change'] = async (migration, next) => {
    for (let attempt = 0; attempt < TRIES; attempt++) {
      const { value, etag } = await read(migration);
      const changed = next(value);
      if (changed === value) return value;
      const written = { ...changed, nonce: randomUUID(), updatedAt: instant() };
      if ((await documents.swap(keys.ledger(migration), written, etag)) !== false) return written;
      // A reply may have been lost: if the ledger bears our nonce, the swap was ours.
      const after = await read(migration);
      if (after.value.nonce === written.nonce) return written;
    }
    throw new WorkflowError(
      'ServiceUnavailable',
      `The ledger of "${migration}" was changed by somebody else ${TRIES} times in a row.`,
    );
  };

  const changeHeld: Ledgers['changeHeld'] = (lease, next) =>
    change(lease.migration, (ledger) => {
      if (!holds(ledger, lease)) throw lost(lease);
      return next(ledger);
    });

  return {
    read: async (migration) => (await read(migration)).value,
    change,
    changeHeld,
    async held(lease) {
      const { value } = await read(lease.migration);
      if (!holds(value, lease)) throw lost(lease);
      return value;
    },
    async effect(lease, { task, seconds, saves = {} }, act) {
      const begun = await changeHeld(lease, (ledger) => {
        const left = effectEndsIn(ledger, now());
        if (left > 0 && ledger.effect?.task !== task) {
          throw new WorkflowError(
            'EffectInFlight',
            `${ledger.effect?.task} may still act on "${lease.migration}" for ${Math.ceil(left / 1000)} s; ${task} waits for it.`,
          );
        }
        const until = new Date(now() + seconds * 1000).toISOString();
        return { ...ledger, effect: { task, until }, saved: saving(ledger.saved, saves) };
      });
      const ended = () =>
        changeHeld(lease, (ledger) => (ledger.effect?.task === task ? { ...ledger, effect: null } : ledger));
      try {
        const result = await act(begun);
        await ended();
        return result;
      } catch (error) {
        // A declared refusal is a known outcome; anything else may still happen, so the mark stays until its time.
        if (error instanceof WorkflowError && error.name !== 'ServiceUnavailable') await ended();
        throw error;
      }
    },
  };
}
