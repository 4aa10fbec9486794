import { type Executions, nestedExecutions } from '../../../lib/local/engine/nested.ts';
import type { TaskCall } from '../../../lib/local/engine/task.ts';
import { type Authorize, AwsError } from '../../../lib/local/wire/endpoint.ts';

const here = 'eu-west-1:123456789012';
const child = `arn:aws:states:${here}:execution:copy:run`;
const rule = `arn:aws:events:${here}:rule/StepFunctionsGetEventsForStepFunctionsExecutionRule`;

/** A machine that waits for another, whose role is refused the actions that begin so. */
function waiting(refused = 'nothing') {
  const asked: string[] = [];
  const authorize: Authorize = (_, action, resource) => {
    asked.push(`${action} ${resource}`);
    if (action.startsWith(refused)) throw new AwsError('AccessDeniedException', 403, `${action} is not allowed`);
  };
  const ended = Promise.withResolvers<never>();
  const executions = {
    startExecution: () => ({ executionArn: child, startDate: 0 }),
    stopExecution: () => ended.reject(new Error('stopped')),
    whenEnded: () => ended.promise,
  } as unknown as Executions;
  const stopped = new AbortController();
  const wait = nestedExecutions(executions, authorize)['arn:aws:states:::states:startExecution.sync:2']!;
  const waits = wait({
    arguments: { StateMachineArn: `arn:aws:states:${here}:stateMachine:copy`, Name: 'run' },
    roleArn: 'arn:aws:iam::123456789012:role/Journey',
    executionArn: `arn:aws:states:${here}:execution:journey:run`,
    id: '1',
    signal: stopped.signal,
    submitted: () => {},
  } as unknown as TaskCall);
  return { asked, ended, stopped, waits };
}

test('who waits for another machine needs its rule, to look at the execution, and to stop it when stopped', async () => {
  const { asked, stopped, waits } = waiting();
  stopped.abort();
  await expect(waits).rejects.toThrow('stopped');
  expect(asked).toEqual([
    `states:StartExecution arn:aws:states:${here}:stateMachine:copy`,
    ...['PutTargets', 'PutRule', 'DescribeRule'].map((action) => `events:${action} ${rule}`),
    `states:DescribeExecution ${child}`,
    `states:StopExecution ${child}`,
  ]);
});

test.each(['events:PutRule', 'states:DescribeExecution'])(
  'without %s it does not hear of the end, and fails',
  async (action) => {
    await expect(waiting(action).waits).rejects.toMatchObject({
      error: 'StepFunctions.AccessDeniedException',
      message: expect.stringContaining(`${action} is not allowed`),
    });
  },
);

test('without the permission to stop it, what it waits for goes on', async () => {
  const { asked, ended, stopped, waits } = waiting('states:StopExecution');
  stopped.abort();
  ended.reject(new Error('ended by itself'));
  await expect(waits).rejects.toThrow('ended by itself');
  expect(asked.at(-1)).toBe(`states:StopExecution ${child}`);
});
