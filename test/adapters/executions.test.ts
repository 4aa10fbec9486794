import {
  DescribeExecutionCommand,
  ExecutionDoesNotExist,
  GetExecutionHistoryCommand,
  SendTaskSuccessCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { mockClient } from 'aws-sdk-client-mock';
import { stepFunctions } from '../../lib/adapters/executions.ts';
import { histories } from '../../lib/adapters/histories.ts';
import { declared, sdkError } from '../support/declared.ts';

const mock = mockClient(SFNClient);
const executions = stepFunctions(new SFNClient({ region: 'eu-west-1' }));
beforeEach(() => mock.reset());

const machine = 'arn:aws:states:eu-west-1:111111111111:stateMachine:Unwind';
const started = new Date('2026-03-01T12:00:00Z');

describe('describing', () => {
  test('tells machine, status and times', async () => {
    mock.on(DescribeExecutionCommand, { executionArn: 'arn:x' }).resolves({
      executionArn: 'arn:x',
      stateMachineArn: machine,
      status: 'FAILED',
      startDate: started,
      error: 'LeaseLost',
    });
    expect(await executions.describe('arn:x')).toEqual({
      arn: 'arn:x',
      machine: 'Unwind',
      status: 'FAILED',
      startDate: started,
      stopDate: null,
      error: 'LeaseLost',
      cause: null,
    });
  });

  test('an execution that does not exist is null, and one that may not be seen is not', async () => {
    mock.on(DescribeExecutionCommand).rejects(new ExecutionDoesNotExist({ message: 'no', $metadata: {} }));
    expect(await executions.describe('arn:x')).toBeNull();
    mock.on(DescribeExecutionCommand).rejects(sdkError('AccessDeniedException'));
    await expect(executions.describe('arn:x')).rejects.toEqual(
      declared('ServiceUnavailable', /describe execution arn:x/),
    );
  });
});

describe('starting', () => {
  test('starts under the name that was given', async () => {
    mock.on(StartExecutionCommand).resolves({ executionArn: 'arn:started', startDate: started });
    expect(await executions.start(machine, 'unwind-1', { migration: 'acme' })).toBe('arn:started');
    expect(mock.commandCalls(StartExecutionCommand)[0]?.args[0].input).toEqual({
      stateMachineArn: machine,
      name: 'unwind-1',
      input: '{"migration":"acme"}',
    });
  });

  test('a name that was used already is the execution of that name', async () => {
    mock.on(StartExecutionCommand).rejects(sdkError('ExecutionAlreadyExists'));
    expect(await executions.start(machine, 'unwind-1', {})).toBe(
      'arn:aws:states:eu-west-1:111111111111:execution:Unwind:unwind-1',
    );
  });

  test('anything else is a failure', async () => {
    mock.on(StartExecutionCommand).rejects(sdkError('StateMachineDeleting'));
    await expect(executions.start(machine, 'unwind-1', {})).rejects.toEqual(declared('ServiceUnavailable', /unwind-1/));
  });
});

describe('answering a callback', () => {
  test('sends the output as JSON', async () => {
    mock.on(SendTaskSuccessCommand, { taskToken: 't', output: '{"approval":"a"}' }).resolves({});
    expect(await executions.answer('t', { approval: 'a' })).toBe(true);
  });

  test.each(['TaskTimedOut', 'TaskDoesNotExist', 'InvalidToken'])('%s: nobody waits any more', async (name) => {
    mock.on(SendTaskSuccessCommand).rejects(sdkError(name));
    expect(await executions.answer('t', {})).toBe(false);
  });

  test('anything else is to be tried again, and its message has no token', async () => {
    mock.on(SendTaskSuccessCommand).rejects(sdkError('ThrottlingException'));
    const error = await executions.answer('a-secret-token', {}).catch((refused: unknown) => refused);
    expect(error).toEqual(declared('ServiceUnavailable', /answer a callback/));
    expect(String(error)).not.toContain('a-secret-token');
  });
});

describe('histories', () => {
  const event = (id: number, more: object = {}) => ({
    id,
    type: 'TaskSubmitted' as const,
    timestamp: started,
    ...more,
  });
  const submitted = (arn: string) => ({
    taskSubmittedEventDetails: { resourceType: 'states', resource: 'x', output: JSON.stringify({ ExecutionArn: arn }) },
  });

  test('are read page after page', async () => {
    mock.on(GetExecutionHistoryCommand, { nextToken: undefined }).resolves({ events: [event(1)], nextToken: 'more' });
    mock.on(GetExecutionHistoryCommand, { nextToken: 'more' }).resolves({ events: [event(2)] });
    expect((await executions.history('arn:x')).map(({ id }) => id)).toEqual([1, 2]);
  });

  test('hold those of every execution that was started inside, each once, the outermost first', async () => {
    mock.on(DescribeExecutionCommand).callsFake(({ executionArn }: { executionArn: string }) => ({
      executionArn,
      stateMachineArn: machine,
      status: 'SUCCEEDED',
      startDate: started,
    }));
    mock.on(GetExecutionHistoryCommand).resolves({ events: [] });
    mock
      .on(GetExecutionHistoryCommand, { executionArn: 'arn:top' })
      .resolves({ events: [event(1, submitted('arn:a')), event(2, submitted('arn:a')), event(3, submitted('arn:b'))] });
    mock
      .on(GetExecutionHistoryCommand, { executionArn: 'arn:a' })
      .resolves({ events: [event(1, submitted('arn:deep'))] });
    const all = await histories(executions, 'arn:top');
    expect(all.map(({ execution }) => execution.arn)).toEqual(['arn:top', 'arn:a', 'arn:deep', 'arn:b']);
  });

  test('of an execution that is forgotten are none', async () => {
    mock.on(DescribeExecutionCommand).rejects(new ExecutionDoesNotExist({ message: 'no', $metadata: {} }));
    expect(await histories(executions, 'arn:x')).toEqual([]);
  });
});
