import type { ExecutionHistory } from '../domain/timeline.ts';
import type { Executions } from './executions.ts';

/** A nested execution's ARN, as the answer of StartExecution that a TaskSubmitted event keeps. */
function nestedArn(output: string | undefined): string | null {
  if (!output) return null;
  const { ExecutionArn } = JSON.parse(output) as { ExecutionArn?: unknown };
  return typeof ExecutionArn === 'string' ? ExecutionArn : null;
}

/** The histories of an execution and of all that it started, the execution's own first. */
export async function histories(executions: Executions, arn: string): Promise<ExecutionHistory[]> {
  const execution = await executions.describe(arn);
  if (!execution) return [];
  const events = await executions.history(arn);
  const nested = events.flatMap(({ taskSubmittedEventDetails }) => nestedArn(taskSubmittedEventDetails?.output) ?? []);
  const inner = await Promise.all([...new Set(nested)].map((child) => histories(executions, child)));
  return [{ execution, events }, ...inner.flat()];
}
