import type { Console } from './command.ts';
import type { SimulatedAccount } from './simulated-account.ts';

/** Longer than a minute, after which the reconciler has looked, and an unwind of the sample. */
const UNWIND_MS = 180_000;
const POLL_MS = 300;

/**
 * Waits for unwind after a run that did not end well; true once this run holds nothing any more.
 * @param signal ends the waiting, when it is not what asked for the unwind
 */
export async function untilReleased(
  account: SimulatedAccount,
  console: Console,
  migration: string,
  run: string,
  signal?: AbortSignal,
): Promise<boolean> {
  const deadline = Date.now() + UNWIND_MS;
  let said = false;
  for (;;) {
    const ledger = await account.ledgers.read(migration);
    if (ledger.holder?.run !== run) return true;
    if (ledger.pointOfNoReturn) return false;
    if (Date.now() > deadline || signal?.aborted) return false;
    if (!said) console.line('Putting everything back (unwind).');
    said = true;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
