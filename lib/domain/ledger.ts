import type { Ledger, SavedState } from '../workflow/documents/ledger.ts';
import type { Rehearsal } from '../workflow/documents/proofs.ts';
import type { Lease, Mode } from '../workflow/documents/run.ts';

/** What `saved` holds before anything was changed. */
export const nothingSaved: SavedState = {
  services: null,
  fence: null,
  deployments: null,
  gate: null,
  dns: null,
  restoring: null,
  boot: null,
};

/** A ledger before its first run. */
export const emptyLedger = (migration: string, at: string): Ledger => ({
  migration,
  epoch: 0,
  nonce: '',
  holder: null,
  phase: 'idle',
  writable: 'source',
  effect: null,
  saved: nothingSaved,
  pointOfNoReturn: null,
  lastRehearsal: null,
  updatedAt: at,
});

interface Taking {
  readonly run: string;
  readonly execution: string;
  readonly mode: Mode;
  readonly configurationDigest: string;
  readonly at: string;
}

/** Why a lease may not be taken, or null. A lease never expires by the clock. */
export function refusalToTake(ledger: Ledger, taking: Taking): string | null {
  const { holder } = ledger;
  if (holder && holder.execution !== taking.execution) {
    return `Migration "${ledger.migration}" is held by run ${holder.run} (${holder.mode}, execution ${holder.execution}) since ${holder.since}.`;
  }
  if (ledger.pointOfNoReturn && !holder) {
    return `Migration "${ledger.migration}" has passed its point of no return at ${ledger.pointOfNoReturn}: the target is the side that users write to.`;
  }
  return null;
}

/** The ledger with this execution as holder, under the next epoch; unchanged when it already holds. */
export function taken(ledger: Ledger, taking: Taking): Ledger {
  if (ledger.holder?.execution === taking.execution) return ledger;
  const { run, execution, mode, configurationDigest, at } = taking;
  return {
    ...ledger,
    epoch: ledger.epoch + 1,
    holder: { run, execution, mode, configurationDigest, since: at },
    phase: 'collecting',
    effect: null,
    saved: nothingSaved,
  };
}

/** The same run under the next epoch and another execution: what its former holder still does is refused from now on. */
export const takenOver = (ledger: Ledger, execution: string): Ledger => ({
  ...ledger,
  epoch: ledger.epoch + 1,
  holder: ledger.holder && { ...ledger.holder, execution },
  phase: 'unwinding',
});

export const holds = (ledger: Ledger, lease: Lease): boolean =>
  ledger.holder?.run === lease.run && ledger.epoch === lease.epoch && ledger.migration === lease.migration;

export const leaseOf = (ledger: Ledger): Lease | null =>
  ledger.holder && { migration: ledger.migration, run: ledger.holder.run, epoch: ledger.epoch };

/** Milliseconds until the effect under way has certainly ended; 0 when none is. */
export function effectEndsIn(ledger: Ledger, now: number): number {
  return ledger.effect ? Math.max(0, Date.parse(ledger.effect.until) - now) : 0;
}

/** Saves what is about to be changed; what is saved already stays, because a second look may see the change. */
export function saving(saved: SavedState, more: Partial<SavedState>): SavedState {
  const merged = { ...saved };
  for (const [key, value] of Object.entries(more)) {
    if (merged[key as keyof SavedState] === null) Object.assign(merged, { [key]: value });
  }
  return merged;
}

/** Whether the run changed anything besides the copy: services, logins, deployments, the gate, DNS, or who may write. */
export const changedMoreThanTheCopy = ({ saved, writable }: Ledger): boolean =>
  writable !== 'source' ||
  [saved.services, saved.fence, saved.deployments, saved.gate, saved.dns].some((change) => change !== null);

/** The ledger without a holder. What a cutover left on the target stays on the page; what a rehearsal did does not. */
export const released = (ledger: Ledger): Ledger => ({
  ...ledger,
  holder: null,
  phase: ledger.pointOfNoReturn ? 'switched' : 'idle',
  effect: null,
  saved: ledger.pointOfNoReturn ? ledger.saved : nothingSaved,
});

/** The ledger after a rehearsal; one that only copied does not displace one that also booted the same plan. */
export const rehearsed = (ledger: Ledger, rehearsal: Rehearsal): Ledger => {
  const last = ledger.lastRehearsal;
  const weaker = rehearsal.level === 'copy' && last?.level === 'boot' && last.planDigest === rehearsal.planDigest;
  return weaker ? ledger : { ...ledger, lastRehearsal: rehearsal };
};

/** Why a cutover is not admitted on this rehearsal, or null. */
export function refusalToAdmit(
  rehearsal: Rehearsal | null,
  plan: { planDigest: string },
  freshForHours: number,
  now: number,
): string | null {
  if (!rehearsal) return 'There has been no green rehearsal.';
  if (rehearsal.level !== 'boot') {
    return `Rehearsal ${rehearsal.run} did not boot the target: it was started with level "copy".`;
  }
  if (rehearsal.planDigest !== plan.planDigest) {
    return `Rehearsal ${rehearsal.run} was of another plan: the configuration or Passage itself has changed since.`;
  }
  const hours = (now - Date.parse(rehearsal.finishedAt)) / 3_600_000;
  if (hours > freshForHours) {
    return `Rehearsal ${rehearsal.run} is ${Math.floor(hours)} hours old; the configuration asks for at most ${freshForHours}.`;
  }
  return null;
}
