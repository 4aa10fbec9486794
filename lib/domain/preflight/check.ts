import type {
  DatabasesFindings,
  DnsFindings,
  Finding,
  Plan,
  SourceFindings,
  TargetFindings,
} from '../../workflow/documents.ts';

/** Everything that was collected. */
export interface Collected {
  readonly plan: Plan;
  readonly source: SourceFindings;
  readonly target: TargetFindings;
  readonly dns: DnsFindings;
  readonly databases: DatabasesFindings;
}

export type Result = Pick<Finding, 'severity' | 'saw' | 'todo'>;

/** One thing that is looked at before anything is copied. A file each; adding one touches only the list. */
export interface Check {
  /** Kebab case; the name by which a warning is overridden. */
  readonly id: string;
  readonly title: string;
  /** What it saw and what to do; null when it does not concern this plan. */
  look(collected: Collected): Result | null;
}

export const pass = (saw: string): Result => ({ severity: 'PASS', saw, todo: null });
export const info = (saw: string, todo: string | null = null): Result => ({ severity: 'INFO', saw, todo });
export const warning = (saw: string, todo: string): Result => ({ severity: 'WARNING', saw, todo });
export const blocker = (saw: string, todo: string): Result => ({ severity: 'BLOCKER', saw, todo });
