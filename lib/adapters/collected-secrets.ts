import type { Kept } from '../domain/source-findings.ts';
import type { Lease, Plan } from '../workflow/documents/run.ts';
import type { Secrets } from './secrets.ts';

/** Every secret that a run may leave of what it collected; a closed list, so that they can be deleted without being listed. */
const names: readonly Kept[] = ['application-login', 'encryption-key', 'carried', 'held-back', 'undecided'];

/** The secrets of a rehearsal or of preflight alone are its own and are gone with it; a cutover's stay with the migration. */
const prefixOf = ({ migration, run }: Lease, mode: Plan['mode']): string =>
  mode === 'cutover' ? `passage/${migration}/collected` : `passage/${migration}/rehearsals/${run}`;

/** Writes a secret of what was collected, or gives it a new version; returns its ARN. */
export const keepCollected = (
  secrets: Secrets,
  lease: Lease,
  mode: Plan['mode'],
  name: Kept,
  value: string,
): Promise<string> => secrets.write(`${prefixOf(lease, mode)}/${name}`, value);

/** Deletes what a rehearsal collected, at once and for good; what is not there is passed over. */
export async function forgetCollected(secrets: Secrets, lease: Lease): Promise<void> {
  for (const name of names) await secrets.forget(`${prefixOf(lease, 'rehearsal')}/${name}`);
}
