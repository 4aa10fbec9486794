import type { SourceFindings, TargetFindings } from '../workflow/documents/collected.ts';
import { parts, replicasOf, sourceSize } from './files/sizing.ts';

type Deployment = Pick<TargetFindings['deployments'][number], 'role' | 'replicas'>;

/**
 * With how many pods a deployment of the target starts: as many as the source's services of its role ran tasks, since
 * the same users come back to it at once. Never fewer than it has; one jobs runner, as the chart makes it.
 */
export const targetReplicas = (source: SourceFindings, { role, replicas }: Deployment): number =>
  role === parts.jobsRunner.role ? Math.max(1, replicas) : Math.max(replicas, replicasOf(sourceSize(source, role)));
