import { join } from 'node:path';
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  DescribeStateMachineCommand,
  DescribeStateMachineForExecutionCommand,
  ExecutionAlreadyExists,
  ExecutionDoesNotExist,
  ExecutionLimitExceeded,
  ExecutionNotRedrivable,
  GetExecutionHistoryCommand,
  InvalidArn,
  InvalidDefinition,
  InvalidExecutionInput,
  InvalidName,
  InvalidOutput,
  InvalidToken,
  ListExecutionsCommand,
  ListStateMachinesCommand,
  paginateGetExecutionHistory,
  RedriveExecutionCommand,
  SendTaskFailureCommand,
  SendTaskHeartbeatCommand,
  SendTaskSuccessCommand,
  SFNClient,
  StartExecutionCommand,
  StateMachineAlreadyExists,
  StateMachineDoesNotExist,
  StateMachineTypeNotSupported,
  StopExecutionCommand,
  TaskDoesNotExist,
  TaskTimedOut,
  TestStateCommand,
  UpdateStateMachineCommand,
} from '@aws-sdk/client-sfn';
import { createEngine, type Engine } from '../../../lib/local/engine/engine.ts';
import { statesEndpoint } from '../../../lib/local/states/endpoint.ts';
import { type Account, accountId, region, startAccount } from '../account.ts';

const CALLBACK = 'arn:aws:states:::lambda:invoke.waitForTaskToken';
const roleArn = `arn:aws:iam::${accountId}:role/machine`;

const trust = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'states.amazonaws.com' }, Action: 'sts:AssumeRole' }],
};

let account: Account;
let engine: Engine;
let client: SFNClient;
let tokens: string[];
let stateMachineArn: string;

beforeEach(async () => {
  tokens = [];
  account = await startAccount(({ directory, authorize, clock }) => {
    engine = createEngine({
      directory: join(directory, 'states'),
      clock,
      region,
      accountId,
      authorize,
      mostOpen: 3,
      integrations: {
        [CALLBACK]: async ({ token = '' }) => {
          tokens.push(token);
          return {};
        },
      },
    });
    return [statesEndpoint({ engine, authorize })];
  });
  for (const arn of [roleArn, `${roleArn}-other`]) account.resourcePolicies.set(arn, trust);
  // TestState alone has a host prefix (`sync-`), which no address of loopback can carry.
  client = new SFNClient({ ...account.client(), disableHostPrefix: true });
  stateMachineArn = create('ask', {
    Ask: {
      Type: 'Task',
      Resource: CALLBACK,
      Arguments: '{% $states.context.Task.Token %}',
      TimeoutSeconds: 60,
      End: true,
    },
  });
});

afterEach(async () => {
  client.destroy();
  engine.close();
  await account.close();
  expect(account.defects).toEqual([]);
});

function create(name: string, states: Readonly<Record<string, object>>): string {
  const definition = { QueryLanguage: 'JSONata', StartAt: Object.keys(states)[0], States: states };
  return engine.createStateMachine({ name, definition: JSON.stringify(definition), roleArn }).stateMachineArn;
}

const start = async (name: string, input = '{"a":1}') => {
  const { executionArn = '' } = await client.send(new StartExecutionCommand({ stateMachineArn, name, input }));
  return executionArn;
};

test('an execution is started, answered and described by the SDK', async () => {
  const executionArn = await start('run');
  expect(executionArn).toBe(`arn:aws:states:${region}:${accountId}:execution:ask:run`);
  const running = await client.send(new DescribeExecutionCommand({ executionArn }));
  expect(running).toMatchObject({ status: 'RUNNING', input: '{"a":1}', name: 'run', stateMachineArn });
  expect(running.stopDate).toBeUndefined();

  await client.send(new SendTaskHeartbeatCommand({ taskToken: tokens[0] }));
  await client.send(new SendTaskSuccessCommand({ taskToken: tokens[0], output: '{"ok":true}' }));
  const end = await engine.whenEnded(executionArn);
  const described = await client.send(new DescribeExecutionCommand({ executionArn }));
  expect(described).toMatchObject({
    status: 'SUCCEEDED',
    output: '{"ok":true}',
    redriveCount: 0,
    redriveStatus: 'NOT_REDRIVABLE',
    redriveStatusReason: 'Execution is SUCCEEDED and cannot be redriven',
  });
  expect(described.startDate?.getTime()).toBe(end.startDate);
  expect(described.stopDate?.getTime()).toBe(end.stopDate);
  expect(engine.describeExecution(executionArn).principalArn).toBe(`arn:aws:iam::${accountId}:user/ada`);
  expect(described).not.toHaveProperty('principalArn');
});

test('a failure keeps its error and cause', async () => {
  const executionArn = await start('run');
  await client.send(new SendTaskFailureCommand({ taskToken: tokens[0], error: 'Rejected', cause: 'no' }));
  await engine.whenEnded(executionArn);
  const end = await client.send(new DescribeExecutionCommand({ executionArn }));
  expect(end).toMatchObject({ status: 'FAILED', error: 'Rejected', cause: 'no' });
});

test('stopping ends an execution as ABORTED, and once only', async () => {
  const executionArn = await start('run');
  const stop = () => client.send(new StopExecutionCommand({ executionArn, error: 'E', cause: 'C' }));
  const { stopDate } = await stop();
  expect((await stop()).stopDate).toEqual(stopDate);
  const end = await client.send(new DescribeExecutionCommand({ executionArn }));
  expect(end).toMatchObject({ status: 'ABORTED', error: 'E', cause: 'C', stopDate });
});

test('the same name and input as a running execution start no second one', async () => {
  const executionArn = await start('run');
  expect(await start('run')).toBe(executionArn);
  const { executions } = await client.send(new ListExecutionsCommand({ stateMachineArn }));
  expect(executions).toHaveLength(1);
  await client.send(new StopExecutionCommand({ executionArn }));
  await expect(start('run')).rejects.toBeInstanceOf(ExecutionAlreadyExists);
});

test('an execution that was stopped is redriven under its ARN, once for a client token', async () => {
  const executionArn = await start('run');
  const describe = () => client.send(new DescribeExecutionCommand({ executionArn }));
  const redrive = (clientToken?: string) => client.send(new RedriveExecutionCommand({ executionArn, clientToken }));
  await expect(redrive()).rejects.toBeInstanceOf(ExecutionNotRedrivable);
  await client.send(new StopExecutionCommand({ executionArn }));
  const stopped = await describe();
  expect(stopped).toMatchObject({ status: 'ABORTED', redriveStatus: 'REDRIVABLE', redriveCount: 0 });
  expect(stopped).not.toHaveProperty('redriveStatusReason');

  const { redriveDate } = await redrive('monday');
  expect(await redrive('monday')).toMatchObject({ redriveDate });
  expect(await describe()).toMatchObject({ status: 'RUNNING', redriveDate, redriveCount: 1 });
  await expect(redrive()).rejects.toMatchObject({ message: 'Execution is RUNNING and cannot be redriven' });
  const { events = [] } = await client.send(new GetExecutionHistoryCommand({ executionArn, reverseOrder: true }));
  const redriven = events.find(({ type }) => type === 'ExecutionRedriven');
  expect(redriven?.executionRedrivenEventDetails).toEqual({ redriveCount: 1 });

  await client.send(new SendTaskSuccessCommand({ taskToken: tokens.at(-1), output: '1' }));
  expect((await engine.whenEnded(executionArn)).status).toBe('SUCCEEDED');
  await start('other');
  const list = async (redriveFilter: 'REDRIVEN' | 'NOT_REDRIVEN') => {
    const { executions = [] } = await client.send(new ListExecutionsCommand({ stateMachineArn, redriveFilter }));
    return executions.map(({ name, redriveCount }) => [name, redriveCount]);
  };
  expect(await list('REDRIVEN')).toEqual([['run', 1]]);
  expect(await list('NOT_REDRIVEN')).toEqual([['other', 0]]);
});

test('a redrive of what is not there, or of too much, is refused as AWS refuses it', async () => {
  const redrive = (executionArn: string) => client.send(new RedriveExecutionCommand({ executionArn }));
  const executionArn = await start('run');
  await expect(redrive('run')).rejects.toBeInstanceOf(InvalidArn);
  await expect(redrive(stateMachineArn)).rejects.toBeInstanceOf(InvalidArn);
  await expect(redrive(`${executionArn}-other`)).rejects.toBeInstanceOf(ExecutionDoesNotExist);
  await client.send(new StopExecutionCommand({ executionArn }));
  for (const name of ['one', 'two', 'three']) await start(name);
  await expect(redrive(executionArn)).rejects.toBeInstanceOf(ExecutionLimitExceeded);
  await expect(start('four')).rejects.toBeInstanceOf(ExecutionLimitExceeded);
});

test('a machine is created by its definition, once, and refused by what is wrong with it', async () => {
  const definition = JSON.stringify({
    QueryLanguage: 'JSONata',
    StartAt: 'Done',
    States: { Done: { Type: 'Succeed', Output: '{% $states.input.a + 1 %}' } },
  });
  const createMachine = (more: object = {}) =>
    client.send(new CreateStateMachineCommand({ name: 'adds', definition, roleArn, ...more }));
  const made = await createMachine();
  expect(made).toMatchObject({
    stateMachineArn: stateMachineArn.replace(/ask$/, 'adds'),
    creationDate: expect.any(Date),
  });
  expect(await createMachine()).toMatchObject({
    stateMachineArn: made.stateMachineArn,
    creationDate: made.creationDate,
  });
  stateMachineArn = made.stateMachineArn ?? '';
  expect(await engine.whenEnded(await start('run'))).toMatchObject({ status: 'SUCCEEDED', output: '2' });

  // As AWS documents it: another role, or other tags, are the same request, and change nothing.
  const other = { roleArn: `${roleArn}-other`, tags: [{ key: 'a', value: 'b' }] };
  expect(await createMachine(other)).toMatchObject({ stateMachineArn, creationDate: made.creationDate });
  expect(engine.describeStateMachine(stateMachineArn).roleArn).toBe(roleArn);
  const another = definition.replace('+ 1', '+ 2');
  await expect(createMachine({ definition: another })).rejects.toBeInstanceOf(StateMachineAlreadyExists);
  await expect(createMachine({ name: 'a b' })).rejects.toBeInstanceOf(InvalidName);
  await expect(createMachine({ name: 'new', definition: '{}' })).rejects.toBeInstanceOf(InvalidDefinition);
  await expect(createMachine({ name: 'new', type: 'EXPRESS' })).rejects.toBeInstanceOf(StateMachineTypeNotSupported);
  await expect(createMachine({ name: 'new', tracingConfiguration: { enabled: true } })).rejects.toMatchObject({
    name: 'ValidationException',
    message: expect.stringContaining('tracingConfiguration'),
  });
  const { stateMachines = [] } = await client.send(new ListStateMachinesCommand({}));
  expect(stateMachines.map(({ name }) => name)).toEqual(['adds', 'ask']);
});

test('a token of nobody, of no execution here and of a task that is over are told apart', async () => {
  const executionArn = await start('run');
  const [open = ''] = tokens;
  const foreign = Buffer.from(JSON.stringify({ executionArn: `${executionArn}-other`, nonce: '0' })).toString('base64');
  await client.send(new SendTaskSuccessCommand({ taskToken: open, output: '1' }));
  await engine.whenEnded(executionArn);
  for (const [taskToken, refusal] of [
    ['forged', InvalidToken],
    [foreign, TaskDoesNotExist],
    [open, TaskTimedOut],
  ] as const) {
    await expect(client.send(new SendTaskSuccessCommand({ taskToken, output: '1' }))).rejects.toBeInstanceOf(refusal);
    await expect(client.send(new SendTaskFailureCommand({ taskToken }))).rejects.toBeInstanceOf(refusal);
    await expect(client.send(new SendTaskHeartbeatCommand({ taskToken }))).rejects.toBeInstanceOf(refusal);
  }
});

test('what is not simulated is refused by its name', async () => {
  await expect(client.send(new UpdateStateMachineCommand({ stateMachineArn }))).rejects.toMatchObject({
    name: 'UnknownOperationException',
    message: 'states has no operation UpdateStateMachine here.',
  });
});

test('errors are the classes that the SDK knows', async () => {
  const executionArn = await start('run');
  const refused = (sent: Promise<unknown>) => sent.catch((error: unknown) => error);
  expect(
    await refused(client.send(new StartExecutionCommand({ stateMachineArn, name: 'run', input: '{}' }))),
  ).toBeInstanceOf(ExecutionAlreadyExists);
  expect(await refused(client.send(new StartExecutionCommand({ stateMachineArn, input: '{' })))).toBeInstanceOf(
    InvalidExecutionInput,
  );
  const nowhere = { stateMachineArn: `${stateMachineArn}-other`, executionArn: `${executionArn}-other` };
  expect(await refused(client.send(new StartExecutionCommand(nowhere)))).toBeInstanceOf(StateMachineDoesNotExist);
  expect(await refused(client.send(new DescribeExecutionCommand(nowhere)))).toBeInstanceOf(ExecutionDoesNotExist);
  const none = { stateMachineArn: 'arn:none', executionArn: 'arn:none' };
  expect(await refused(client.send(new StartExecutionCommand(none)))).toBeInstanceOf(InvalidArn);
  expect(await refused(client.send(new DescribeExecutionCommand(none)))).toBeInstanceOf(InvalidArn);
  expect(await refused(client.send(new SendTaskSuccessCommand({ taskToken: 'forged', output: '1' })))).toBeInstanceOf(
    InvalidToken,
  );
  const [taskToken] = tokens;
  expect(await refused(client.send(new SendTaskSuccessCommand({ taskToken, output: '{' })))).toBeInstanceOf(
    InvalidOutput,
  );
  await client.send(new StopExecutionCommand({ executionArn }));
  expect(await refused(client.send(new SendTaskSuccessCommand({ taskToken, output: '1' })))).toBeInstanceOf(
    TaskTimedOut,
  );
  expect(await refused(client.send(new SendTaskHeartbeatCommand({ taskToken: '' })))).toMatchObject({
    name: 'ValidationException',
  });
});

describe('the history', () => {
  let executionArn: string;
  beforeEach(async () => {
    const list = Object.fromEntries(
      Array.from({ length: 120 }, (_, n) => [
        `S${n}`,
        { Type: 'Pass', ...(n < 119 ? { Next: `S${n + 1}` } : { End: true }) },
      ]),
    );
    stateMachineArn = create('long', list);
    executionArn = await start('run');
    await engine.whenEnded(executionArn);
  });

  test('comes in pages of 100 unless asked otherwise, in either order', async () => {
    const first = await client.send(new GetExecutionHistoryCommand({ executionArn }));
    expect(first.events).toHaveLength(100);
    expect(first.nextToken).toBeDefined();
    const ids: number[] = [];
    for await (const page of paginateGetExecutionHistory(
      { client, pageSize: 33 },
      { executionArn, reverseOrder: true },
    )) {
      ids.push(...(page.events ?? []).map(({ id = 0 }) => id));
    }
    // 1 start, 120 entries, 120 exits, 1 end.
    expect(ids).toEqual(Array.from({ length: 242 }, (_, n) => 242 - n));
  });

  test('has the types and details of AWS, with the time as a date', async () => {
    const { events = [] } = await client.send(new GetExecutionHistoryCommand({ executionArn, maxResults: 2 }));
    expect(events).toEqual([
      {
        id: 1,
        previousEventId: 0,
        timestamp: expect.any(Date),
        type: 'ExecutionStarted',
        executionStartedEventDetails: { input: '{"a":1}', inputDetails: { truncated: false }, roleArn },
      },
      {
        id: 2,
        previousEventId: 0,
        timestamp: expect.any(Date),
        type: 'PassStateEntered',
        stateEnteredEventDetails: { input: '{"a":1}', inputDetails: { truncated: false }, name: 'S0' },
      },
    ]);
  });

  test('leaves the data out when asked to', async () => {
    const { events = [] } = await client.send(
      new GetExecutionHistoryCommand({ executionArn, maxResults: 3, includeExecutionData: false }),
    );
    expect(events.map((event) => event.stateEnteredEventDetails ?? event.stateExitedEventDetails)).toEqual([
      undefined,
      { name: 'S0' },
      { name: 'S0' },
    ]);
    expect(JSON.stringify(events)).not.toContain('"a":1');
  });

  test('refuses a token of another list, and what is none', async () => {
    const page = (more: object) =>
      client.send(new GetExecutionHistoryCommand({ executionArn, maxResults: 10, ...more }));
    const { nextToken = '' } = await page({});
    const { position } = JSON.parse(Buffer.from(nextToken, 'base64').toString());
    const forged = Buffer.from(
      Buffer.from(nextToken, 'base64')
        .toString()
        .replace(String(position), String(position + 1)),
    ).toString('base64');
    const other = await start('other');
    await engine.whenEnded(other);
    for (const more of [
      { nextToken: 'bm9uZQ==' },
      { nextToken: forged },
      { nextToken, reverseOrder: true },
      { nextToken, executionArn: other },
    ]) {
      await expect(page(more)).rejects.toBeInstanceOf(InvalidToken);
    }
    expect((await page({ nextToken })).events?.at(0)?.id).toBe(11);
  });
});

test('machines and executions are listed', async () => {
  const executionArn = await start('run');
  const { stateMachines } = await client.send(new ListStateMachinesCommand({}));
  expect(stateMachines).toEqual([{ stateMachineArn, name: 'ask', type: 'STANDARD', creationDate: expect.any(Date) }]);
  const { executions } = await client.send(new ListExecutionsCommand({ stateMachineArn, statusFilter: 'RUNNING' }));
  expect(executions).toEqual([
    { executionArn, stateMachineArn, name: 'run', status: 'RUNNING', startDate: expect.any(Date), redriveCount: 0 },
  ]);
  const none = await client.send(new ListExecutionsCommand({ stateMachineArn, statusFilter: 'FAILED' }));
  expect(none.executions).toEqual([]);
  const machine = await client.send(new DescribeStateMachineCommand({ stateMachineArn }));
  expect(machine).toMatchObject({ name: 'ask', roleArn, status: 'ACTIVE', type: 'STANDARD' });
  expect(JSON.parse(machine.definition ?? '').StartAt).toBe('Ask');
});

test('pages of what is running go on while it ends', async () => {
  for (const name of ['a', 'b', 'c']) await start(name);
  const list = (more: object) =>
    client.send(new ListExecutionsCommand({ stateMachineArn, maxResults: 1, statusFilter: 'RUNNING', ...more }));
  const first = await list({});
  await client.send(new StopExecutionCommand({ executionArn: first.executions?.[0]?.executionArn }));
  const second = await list({ nextToken: first.nextToken });
  const third = await list({ nextToken: second.nextToken });
  const names = [first, second, third].flatMap(({ executions = [] }) => executions.map(({ name }) => name));
  expect(names.sort()).toEqual(['a', 'b', 'c']);
  expect(third.nextToken).toBeUndefined();
  for (const other of [{ statusFilter: 'ABORTED' }, { statusFilter: undefined }, { redriveFilter: 'NOT_REDRIVEN' }]) {
    await expect(list({ nextToken: first.nextToken, ...other })).rejects.toBeInstanceOf(InvalidToken);
  }
});

test('METADATA_ONLY leaves out inputs, outputs and definitions', async () => {
  const executionArn = await start('run');
  await client.send(new SendTaskSuccessCommand({ taskToken: tokens[0], output: '{"a":1}' }));
  await engine.whenEnded(executionArn);
  const asked = { executionArn, stateMachineArn, includedData: 'METADATA_ONLY' } as const;
  const described = await client.send(new DescribeExecutionCommand(asked));
  expect(described).toMatchObject({ status: 'SUCCEEDED' });
  for (const member of ['input', 'inputDetails', 'output', 'outputDetails']) {
    expect(described).not.toHaveProperty(member);
  }
  const machines = [
    await client.send(new DescribeStateMachineCommand(asked)),
    await client.send(new DescribeStateMachineForExecutionCommand(asked)),
  ];
  expect(machines.map(({ name, definition }) => [name, definition])).toEqual([
    ['ask', '{}'],
    ['ask', '{}'],
  ]);
});

test('what is asked for besides what is simulated is refused by its name', async () => {
  const executionArn = await start('run');
  for (const [asking, member] of [
    [client.send(new StartExecutionCommand({ stateMachineArn, traceHeader: 'Root=1' })), 'traceHeader'],
    [client.send(new ListExecutionsCommand({ stateMachineArn, mapRunArn: executionArn })), 'mapRunArn'],
  ] as const) {
    await expect(asking).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining(member),
    });
  }
});

test('a role may only do what its policy says, on the machine that it says', async () => {
  const executionArn = await start('run');
  const [taskToken] = tokens;
  const clientOf = (name: string, resource: string) =>
    new SFNClient(
      account.client(account.role(name, { Effect: 'Allow', Action: 'states:SendTaskSuccess', Resource: resource })),
    );
  const stranger = clientOf('stranger', `${stateMachineArn}-other`);
  const answer = new SendTaskSuccessCommand({ taskToken, output: '1' });
  await expect(stranger.send(answer)).rejects.toMatchObject({ name: 'AccessDeniedException' });
  const worker = clientOf('worker', stateMachineArn);
  await expect(worker.send(new DescribeExecutionCommand({ executionArn }))).rejects.toMatchObject({
    name: 'AccessDeniedException',
  });
  await worker.send(answer);
  expect((await engine.whenEnded(executionArn)).status).toBe('SUCCEEDED');
  stranger.destroy();
  worker.destroy();
});

test('every operation asks for its permission', async () => {
  const executionArn = await start('run');
  const taskToken = tokens[0];
  const nobody = new SFNClient({ ...account.client(account.role('nobody')), disableHostPrefix: true });
  const attempts: Record<string, () => Promise<unknown>> = {
    StartExecution: () => nobody.send(new StartExecutionCommand({ stateMachineArn })),
    CreateStateMachine: () => nobody.send(new CreateStateMachineCommand({ name: 'new', definition: '{}', roleArn })),
    RedriveExecution: () => nobody.send(new RedriveExecutionCommand({ executionArn })),
    StopExecution: () => nobody.send(new StopExecutionCommand({ executionArn })),
    DescribeExecution: () => nobody.send(new DescribeExecutionCommand({ executionArn })),
    GetExecutionHistory: () => nobody.send(new GetExecutionHistoryCommand({ executionArn })),
    ListExecutions: () => nobody.send(new ListExecutionsCommand({ stateMachineArn })),
    ListStateMachines: () => nobody.send(new ListStateMachinesCommand({})),
    DescribeStateMachine: () => nobody.send(new DescribeStateMachineCommand({ stateMachineArn })),
    DescribeStateMachineForExecution: () => nobody.send(new DescribeStateMachineForExecutionCommand({ executionArn })),
    SendTaskSuccess: () => nobody.send(new SendTaskSuccessCommand({ taskToken, output: '1' })),
    SendTaskFailure: () => nobody.send(new SendTaskFailureCommand({ taskToken })),
    SendTaskHeartbeat: () => nobody.send(new SendTaskHeartbeatCommand({ taskToken })),
    TestState: () => nobody.send(new TestStateCommand({ definition: '{"Type":"Succeed"}' })),
  };
  expect(Object.keys(attempts).sort()).toEqual([...statesEndpoint({ engine, authorize: () => {} }).operations].sort());
  for (const [operation, attempt] of Object.entries(attempts)) {
    await expect(attempt()).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: expect.stringContaining(`states:${operation}`),
    });
  }
  expect(engine.listExecutions().map(({ status }) => status)).toEqual(['RUNNING']);
  nobody.destroy();
});

test('TestState runs one state for an SDK client, mocked or not', async () => {
  const mocked = await client.send(
    new TestStateCommand({
      definition: JSON.stringify({
        QueryLanguage: 'JSONata',
        Type: 'Task',
        Resource: 'arn:aws:states:::lambda:invoke',
        Arguments: { FunctionName: 'f', Payload: '{% $states.input %}' },
        Output: '{% $states.result.Payload.total * 2 %}',
        Next: 'Pay',
      }),
      input: '{"a":1}',
      inspectionLevel: 'DEBUG',
      mock: { result: '{"Payload":{"total":21},"StatusCode":200}' },
    }),
  );
  expect(mocked).toMatchObject({ status: 'SUCCEEDED', output: '42', nextState: 'Pay' });
  expect(mocked.inspectionData?.afterArguments).toBe('{"FunctionName":"f","Payload":{"a":1}}');

  const definition = engine.describeStateMachine(stateMachineArn).definition;
  const refused = client.send(new TestStateCommand({ definition, stateName: 'Nobody' }));
  await expect(refused).rejects.toMatchObject({
    name: 'ValidationException',
    message: 'State not found in definition',
  });
  const broken = client.send(new TestStateCommand({ definition: '{"Type":"Loop"}' }));
  await expect(broken).rejects.toBeInstanceOf(InvalidDefinition);
});
