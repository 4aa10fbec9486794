import type { DeployedMigration } from '../workflow/configuration.ts';
import type { Lease } from '../workflow/documents/run.ts';
import { WorkflowError } from '../workflow/errors.ts';
import type { Evidence } from './evidence.ts';

type TargetApplication = NonNullable<DeployedMigration['target']['application']>;

/** Where the application is: as configured, or where this run has found it. */
export async function namespaceOf(
  evidence: Evidence,
  lease: Lease,
  { namespace }: Pick<TargetApplication, 'namespace'>,
): Promise<string> {
  const found = namespace ?? (await evidence.read(lease.run, 'target')).namespace;
  if (found) return found;
  throw new WorkflowError('TargetNotFound', `Run ${lease.run} found no application on the target cluster.`);
}
