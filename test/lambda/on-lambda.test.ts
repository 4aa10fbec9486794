import { jest } from '@jest/globals';
import type { Context } from 'aws-lambda';
import { onLambda } from '../../lib/lambda/on-lambda.ts';
import { type Task, task } from '../../lib/lambda/task.ts';
import { WorkflowError } from '../../lib/workflow/errors.ts';
import type { LambdaName } from '../../lib/workflow/registry.ts';
import { things } from '../../lib/workflow/things.ts';

const lease = { migration: 'acme-retool', run: 'autumn', epoch: 1 };
const context = {
  awsRequestId: 'request-1',
  functionName: 'f',
  getRemainingTimeInMillis: () => 4321,
} as unknown as Context;

/** What a function is told at its deployment. */
const variables = Object.values(things).flatMap((thing) => ('variable' in thing ? [thing.variable] : []));

let lines: Record<string, unknown>[] = [];
beforeEach(() => {
  lines = [];
  const keep = (line: unknown) => void lines.push(JSON.parse(String(line)) as Record<string, unknown>);
  for (const level of ['debug', 'info', 'warn', 'error'] as const) jest.spyOn(console, level).mockImplementation(keep);
  for (const name of variables) process.env[name] = `value of ${name}`;
  // The logger's own switch to write to the console that a test can listen to.
  process.env.POWERTOOLS_DEV = 'true';
});
afterEach(() => {
  jest.restoreAllMocks();
  for (const name of [...variables, 'POWERTOOLS_DEV']) delete process.env[name];
});

/** Calls a handler as Lambda does. */
async function invoke<K extends LambdaName, D>(of: Task<K, D>, event: unknown, connect: () => D = () => ({}) as D) {
  return onLambda(of, connect)(event, context) as Promise<unknown>;
}
const stopSource = (run: () => Promise<{ services: number }>) => task('StopSource')(run);

test('gives the task its checked input and the call its checked output', async () => {
  let seen: unknown;
  const handler = task('StopSource')(async (deps: { name: string }, input, call) => {
    seen = { deps, input, requestId: call.requestId, remaining: call.remaining() };
    return { services: 2 };
  });
  expect(await invoke(handler, { lease }, () => ({ name: 'ecs' }))).toEqual({ services: 2 });
  expect(seen).toEqual({ deps: { name: 'ecs' }, input: { lease }, requestId: 'request-1', remaining: 4321 });
});

test.each([
  ['a missing field', { lease: { migration: 'acme-retool', run: 'autumn' } }, /lease\.epoch: /],
  ['a wrong type', { lease: { ...lease, epoch: '1' } }, /lease\.epoch: .*number/],
  ['an unknown field', { lease, more: 1 }, /\(all of it\): .*more/],
  ['nothing', undefined, /lease: /],
])('refuses an input with %s before the task begins, and names the field', async (_, event, message) => {
  const run = jest.fn(async () => ({ services: 0 }));
  await expect(invoke(stopSource(run), event)).rejects.toMatchObject({
    name: 'InvalidInput',
    message: expect.stringMatching(message),
  });
  expect(run).not.toHaveBeenCalled();
});

test('refuses an output that the registry forbids', async () => {
  const wrong = stopSource(async () => ({ services: 'two' }) as unknown as { services: number });
  await expect(invoke(wrong, { lease })).rejects.toMatchObject({
    name: 'InvalidOutput',
    message: expect.stringMatching(/^StopSource returned .*services: /),
  });
});

test('a declared error keeps its name and message', async () => {
  const failing = stopSource(async () => {
    throw new WorkflowError('SourceNotFound', 'There is no service "web".');
  });
  await expect(invoke(failing, { lease })).rejects.toMatchObject({
    name: 'SourceNotFound',
    message: 'There is no service "web".',
  });
});

test.each([
  ['of another task', new WorkflowError('DnsNotInSync', 'pending'), /DnsNotInSync: pending/],
  ['of JavaScript', new TypeError('x is undefined'), /TypeError: x is undefined/],
  ['that is none', 'thrown text', /thrown text/],
])('an error %s is a defect, under a name that nothing retries', async (_, error, message) => {
  const failing = stopSource(async () => {
    throw error;
  });
  await expect(invoke(failing, { lease })).rejects.toMatchObject({
    name: 'Undeclared',
    message: expect.stringMatching(message),
  });
});

describe('the log', () => {
  test('has one line in and one line out, with the request and the time it took', async () => {
    await invoke(
      stopSource(async () => ({ services: 2 })),
      { lease },
    );
    expect(lines.map(({ message }) => message)).toEqual(['begins', 'ends']);
    expect(lines[0]).toMatchObject({ service: 'StopSource', level: 'INFO', function_request_id: 'request-1' });
    expect(lines[1]).toMatchObject({ milliseconds: expect.any(Number) });
  });

  test('has one line in and one line out of a failure, with its name and message', async () => {
    const failing = stopSource(async () => {
      throw new WorkflowError('LeaseLost', 'taken over');
    });
    await expect(invoke(failing, { lease })).rejects.toThrow();
    expect(lines.map(({ level, message }) => [level, message])).toEqual([
      ['INFO', 'begins'],
      ['ERROR', 'fails'],
    ]);
    expect(lines[1]).toMatchObject({ error: 'LeaseLost', reason: 'taken over', milliseconds: expect.any(Number) });
  });

  test('never holds the input or the output: a callback token is a secret', async () => {
    const token = 'AQCEAAAAKgAAAAMAAAAA-a-task-token';
    const opening = task('OpenApproval')(async (_: object) => ({ approval: 'the-output' }));
    await invoke(opening, { lease, subject: 'go', seconds: 60, redriven: 0, token });
    await expect(invoke(opening, { lease, subject: 'stop', seconds: 60, redriven: 0, token })).rejects.toThrow();
    expect(lines).toHaveLength(4);
    expect(JSON.stringify(lines)).not.toMatch(/task-token|the-output/);
  });
});

describe('dependencies', () => {
  test('are built at the first call, once, from what the things are called', async () => {
    const connect = jest.fn((told: object) => ({ told }));
    const handler = onLambda(
      task('StopSource')(async (deps: { told: object }) => {
        const bucket = 'value of PASSAGE_EVIDENCE_BUCKET';
        expect(deps.told).toEqual({ ledgers: bucket, runs: bucket });
        return { services: 1 };
      }),
      connect,
    );
    expect(connect).not.toHaveBeenCalled();
    await handler({ lease }, context);
    await handler({ lease }, context);
    expect(connect).toHaveBeenCalledTimes(1);
  });

  test('a variable that is not set is a defect that names it', async () => {
    delete process.env.PASSAGE_EVIDENCE_BUCKET;
    await expect(
      invoke(
        stopSource(async () => ({ services: 1 })),
        { lease },
      ),
    ).rejects.toMatchObject({
      name: 'Undeclared',
      message: expect.stringContaining('PASSAGE_EVIDENCE_BUCKET'),
    });
  });
});
