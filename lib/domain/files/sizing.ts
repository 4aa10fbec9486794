import type { Sizing } from '../../workflow/documents/capacity.ts';
import type { SourceFindings } from '../../workflow/documents/collected.ts';
import { entry, Tree } from './tree.ts';

/** A part of the chart that has pods of its own. */
interface Part {
  /** The role of the source's services that it stands for. */
  readonly role: string;
  /** What the chart gives it where nothing is said. */
  readonly requests: Required<Sizing>;
  readonly limits: Required<Sizing>;
}

const part = (role: string, requests: readonly [number, number], limits: readonly [number, number]): Part => ({
  role,
  requests: { cpuMillis: requests[0], memoryMiB: requests[1] },
  limits: { cpuMillis: limits[0], memoryMiB: limits[1] },
});

/** Thousandths of a CPU and MiB, as in the values of the chart's version that `chart.ts` names. */
export const parts = {
  mainBackend: part('main-backend', [2048, 4096], [4096, 8192]),
  jobsRunner: part('jobs-runner', [1000, 2048], [2000, 4096]),
  workflowBackend: part('workflow-backend', [2048, 4096], [4096, 8192]),
  workflowWorker: part('workflow-worker', [1000, 2048], [2000, 8192]),
  codeExecutor: part('code-executor', [1000, 1024], [2000, 2048]),
  agentWorker: part('agent-worker', [1000, 2048], [2000, 4096]),
  agentEvalWorker: part('agent-eval-worker', [1000, 2048], [2000, 4096]),
} as const;

/** What the source gives a role; null where it has no such service. */
interface SourceSize {
  readonly services: readonly string[];
  /** Of all of them; the autoscaling's lower bound where that is more than runs now. */
  readonly replicas: number;
  readonly cpuMillis: number | null;
  readonly memoryMiB: number | null;
}

export function sourceSize({ services, companions }: SourceFindings, role: string): SourceSize | null {
  const here = [
    ...services.filter(({ roles }) => roles.includes(role)),
    ...companions.filter((companion) => companion.role === role),
  ];
  if (here.length === 0) return null;
  const most = (of: (size: Sizing) => number | null) => {
    const known = here.flatMap(({ size }) => of(size) ?? []);
    return known.length === 0 ? null : Math.max(...known);
  };
  return {
    services: here.map(({ service }) => service),
    replicas: here.reduce(
      (sum, { desiredCount, autoscaling }) => sum + Math.max(desiredCount, lowerBound(autoscaling)),
      0,
    ),
    cpuMillis: most(({ cpuMillis }) => cpuMillis),
    memoryMiB: most(({ memoryMiB }) => memoryMiB),
  };
}

/** As many as autoscaling keeps at least, at the time of day at which that is most. */
const lowerBound = (autoscaling: SourceFindings['services'][number]['autoscaling']): number =>
  autoscaling === null || autoscaling === 'none'
    ? 0
    : Math.max(autoscaling.min, ...autoscaling.scheduled.map(({ min }) => min ?? 0));

/** At least one: a service that stands still at the source is wanted all the same. */
export const replicasOf = (size: SourceSize | null): number => Math.max(1, size?.replicas ?? 1);

/** `4 × 2 vCPU, 4096 MiB at the source (web)`, for a comment. */
export const told = (size: SourceSize | null): string =>
  size === null
    ? 'No service of the source does this.'
    : `At the source: ${size.services.join(', ')}, ${size.replicas} × ${size.cpuMillis === null ? 'CPU not stated' : `${size.cpuMillis}m CPU`}, ${size.memoryMiB === null ? 'memory not stated' : `${size.memoryMiB} MiB`}.`;

/** Requests and limits that are neither below the source's task nor below what the chart asks for. */
export function resources({ requests, limits }: Part, size: SourceSize | null): Tree {
  const atLeast = (chart: Sizing): Tree =>
    new Tree(
      entry('cpu', `${Math.max(chart.cpuMillis ?? 0, size?.cpuMillis ?? 0)}m`),
      entry('memory', `${Math.max(chart.memoryMiB ?? 0, size?.memoryMiB ?? 0)}Mi`),
    );
  return new Tree(entry('requests', atLeast(requests)), entry('limits', atLeast(limits)));
}
