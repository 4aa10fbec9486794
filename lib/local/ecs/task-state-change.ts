import { randomUUID } from 'node:crypto';
import type { Location, TaskRecord } from './model.ts';

/** EventBridge's envelope around a task, as rules match it. */
export interface TaskStateChange {
  readonly version: '0';
  readonly id: string;
  readonly 'detail-type': 'ECS Task State Change';
  readonly source: 'aws.ecs';
  readonly account: string;
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  /** The task as DescribeTasks answers it, its instants in ISO 8601. */
  readonly detail: Readonly<Record<string, unknown>>;
}

export function taskStateChange(task: TaskRecord, { region, accountId }: Location, now: number): TaskStateChange {
  const time = new Date(now).toISOString();
  const { tags: _tags, ...said } = task;
  const instants = Object.entries(said).map(([name, value]) =>
    name.endsWith('At') && typeof value === 'number' ? [name, new Date(value * 1000).toISOString()] : [name, value],
  );
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': 'ECS Task State Change',
    source: 'aws.ecs',
    account: accountId,
    time,
    region,
    resources: [task.taskArn],
    // A copy: the task goes on changing.
    detail: structuredClone({ ...Object.fromEntries(instants), updatedAt: time }),
  };
}
