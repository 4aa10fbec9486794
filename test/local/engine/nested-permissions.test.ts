import { type Executions, nestedExecutions } from '../../../lib/local/engine/nested.ts';
import type { TaskCall } from '../../../lib/local/engine/task.ts';
import type { Authorize } from '../../../lib/local/wire/endpoint.ts';

const here = 'eu-west-1:123456789012';
const child = `arn:aws:states:${here}:execution:copy:run`;
const rule = `arn:aws:events:${here}:rule/StepFunctionsGetEventsForStepFunctionsExecutionRule`;

test('who waits for another machine needs its rule, to look at the execution, and to stop it when stopped', async () => {
  const asked: string[] = [];
  const authorize: Authorize = (_, action, resource) => void asked.push(`${action} ${resource}`);
  const ended = Promise.withResolvers<never>();
  const executions = {
    startExecution: () => ({ executionArn: child, startDate: 0 }),
    stopExecution: () => ended.reject(new Error('stopped')),
    whenEnded: () => ended.promise,
  } as unknown as Executions;
  const stopped = new AbortController();
  const wait = nestedExecutions(executions, authorize)['arn:aws:states:::states:startExecution.sync:2']!;
  const waiting = wait({
    arguments: { StateMachineArn: `arn:aws:states:${here}:stateMachine:copy`, Name: 'run' },
    roleArn: 'arn:aws:iam::123456789012:role/Journey',
    executionArn: `arn:aws:states:${here}:execution:journey:run`,
    id: '1',
    signal: stopped.signal,
    submitted: () => {},
  } as unknown as TaskCall);
  stopped.abort();
  await expect(waiting).rejects.toThrow('stopped');
  expect(asked).toEqual([
    `states:StartExecution arn:aws:states:${here}:stateMachine:copy`,
    ...['PutTargets', 'PutRule', 'DescribeRule'].map((action) => `events:${action} ${rule}`),
    `states:DescribeExecution ${child}`,
    `states:StopExecution ${child}`,
  ]);
});
