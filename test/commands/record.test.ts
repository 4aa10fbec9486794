import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEngine, type Engine } from '../../lib/local/engine/engine.ts';
import { statesEndpoint } from '../../lib/local/states/endpoint.ts';
import { type Account, accountId, region, startAccount } from '../local/account.ts';
import { passage } from './calling.ts';

const FUNCTION = 'arn:aws:states:::lambda:invoke';
const roleArn = `arn:aws:iam::${accountId}:role/machine`;
const environment = { ...process.env };

let folder: string;
let account: Account;
let engine: Engine;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'record-'));
  account = await startAccount(({ directory, authorize, clock }) => {
    engine = createEngine({
      directory: join(directory, 'states'),
      clock,
      region,
      accountId,
      authorize,
      integrations: {
        [FUNCTION]: async () => ({ Payload: { n: 7 } }),
        [`${FUNCTION}.waitForTaskToken`]: async ({ token = '' }) => {
          setImmediate(() => engine.sendTaskSuccess({ taskToken: token, output: '{"decided":"go"}' }));
          return {};
        },
      },
    });
    return [statesEndpoint({ engine, authorize })];
  });
  const { endpoint, credentials } = account.client();
  process.env.AWS_ENDPOINT_URL = String(endpoint);
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  process.env.AWS_ACCESS_KEY_ID = accessKeyId;
  process.env.AWS_SECRET_ACCESS_KEY = secretAccessKey;
  if (sessionToken) process.env.AWS_SESSION_TOKEN = sessionToken;
});

afterEach(async () => {
  engine.close();
  await account.close();
  rmSync(folder, { recursive: true });
  process.env = { ...environment };
});

/** A task, its end told by its token, and what AWS tells a machine of itself. */
const states = {
  Count: { Type: 'Task', Resource: FUNCTION, Arguments: { FunctionName: 'count' }, TimeoutSeconds: 9, Next: 'Ask' },
  Ask: {
    Type: 'Task',
    Resource: `${FUNCTION}.waitForTaskToken`,
    Arguments: { FunctionName: 'ask', Payload: { token: '{% $states.context.Task.Token %}' } },
    TimeoutSeconds: 9,
    Next: 'Tell',
  },
  Tell: {
    Type: 'Succeed',
    Output: {
      decided: '{% $states.input.decided %}',
      by: '{% $states.context.Execution.Id %}',
      since: '{% $states.context.Execution.StartTime %}',
    },
  },
};

const start = (machine: Readonly<Record<string, object>>) => {
  const definition = JSON.stringify({ QueryLanguage: 'JSONata', StartAt: Object.keys(machine)[0], States: machine });
  const { stateMachineArn } = engine.createStateMachine({ name: 'ask-people', definition, roleArn });
  return engine.startExecution({ stateMachineArn, name: 'monday', input: '{}' }).executionArn;
};

test('an execution is recorded over the wire, and plays to the same history', async () => {
  const arn = start(states);
  await engine.whenEnded(arn);
  const { code, output } = await passage('record', arn, folder);
  expect({ code, output }).toMatchObject({ code: 0, output: expect.stringContaining('of monday (SUCCEEDED)') });
  expect(readdirSync(folder).sort()).toEqual(['monday.execution.json', 'monday.history.json', 'monday.machine.json']);
  expect(statSync(join(folder, 'monday.history.json')).mode & 0o777).toBe(0o600);
  expect(readFileSync(join(folder, 'monday.history.json'), 'utf8')).toContain('ExecutionSucceeded');

  expect(await passage('recordings', folder)).toMatchObject({
    code: 0,
    output: expect.stringContaining('1 passed, 0 failed'),
  });
});

test('the machine is the one that the execution was started with', async () => {
  const arn = start(states);
  await engine.whenEnded(arn);
  const definition = JSON.stringify({ QueryLanguage: 'JSONata', StartAt: 'A', States: { A: { Type: 'Succeed' } } });
  engine.createStateMachine({ name: 'ask-people', definition, roleArn });
  await passage('record', arn, folder);
  expect(await passage('recordings', folder)).toMatchObject({ code: 0 });
});

test('what cannot be recorded is refused in plain words', async () => {
  const wrong = await passage('record', 'monday', folder);
  expect(wrong).toMatchObject({ code: 2, output: expect.stringContaining('"monday" is not the ARN of an execution') });
  const arn = start({ Rest: { Type: 'Wait', Seconds: 60, End: true } });
  expect(await passage('record', arn, folder)).toMatchObject({
    code: 2,
    output: expect.stringContaining('monday is still running. Record it when it has ended.'),
  });
  expect(await passage('record', `${arn}-none`, folder)).toMatchObject({
    code: 2,
    output: expect.stringContaining('Execution Does Not Exist'),
  });
  expect(readdirSync(folder)).toEqual([]);
});
