import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import {
  DescribeExecutionCommand,
  type DescribeExecutionOutput,
  SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { resetWorld, startWorld, type World } from '../../../lib/local/world/world.ts';
import { writeCheckout } from '../../support/assembly.ts';
import { until } from '../../support/until.ts';

let root: string;
let directory: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'passage-world-'));
  directory = join(root, '.passage');
  writeCheckout(root);
});
afterAll(() => {
  resetWorld(directory);
  rmSync(root, { recursive: true, force: true });
});

const start = (command: string) => startWorld({ directory, checkout: root, command, sample: false });

async function withWorld<T>(use: (world: World, sfn: SFNClient) => Promise<T>): Promise<T> {
  const world = await start('test');
  const { url, region, credentials } = world.info;
  const sfn = new SFNClient({ endpoint: url, region, credentials });
  try {
    return await use(world, sfn);
  } finally {
    sfn.destroy();
    await world.stop();
  }
}

const describe = async (sfn: SFNClient, executionArn: string): Promise<DescribeExecutionOutput> =>
  sfn.send(new DescribeExecutionCommand({ executionArn }));
const ended = (sfn: SFNClient, executionArn: string) =>
  until(async () => {
    const found = await describe(sfn, executionArn);
    return found.status === 'RUNNING' ? undefined : found;
  });
const greetLog = () => {
  const log = join(directory, 'lambda', 'logs');
  const name = 'Sample-Greet';
  const file = existsSync(log) ? readdirSync(log).find((each) => each.startsWith(name)) : undefined;
  return file ? readFileSync(join(log, file), 'utf8') : '';
};

test('a machine of the assembly runs its bundled function, and its end reaches the rule that waits for it', async () => {
  await withWorld(async ({ info }, sfn) => {
    const { executionArn } = await sfn.send(
      new StartExecutionCommand({ stateMachineArn: info.machines['sample-greet'], input: '{"name":"Ada"}' }),
    );
    expect(await ended(sfn, executionArn!)).toMatchObject({ status: 'SUCCEEDED', output: '"Ada"' });
    // The rule's function gets the event, which has no name.
    await until(() => greetLog().includes('greeting undefined'));
    const page = await fetch(`${info.approvalUrl}/greetings/Ada`);
    expect(await page.json()).toMatchObject({ pathParameters: { name: 'Ada' } });
  });
});

test('a second command joins, and what it did is still there after the next start', async () => {
  const first = await start('first');
  const second = await start('second');
  expect(first.joined).toBeUndefined();
  expect(second.joined).toMatchObject({ command: 'first', pid: process.pid });
  expect(() => resetWorld(directory)).toThrow(/"first" \(process \d+\) has the simulated world up/);
  const { url, region, credentials, buckets } = second.info;
  const s3 = new S3Client({ endpoint: url, region, credentials, forcePathStyle: true });
  await s3.send(new PutObjectCommand({ Bucket: buckets.evidence, Key: 'a', Body: 'kept' }));
  s3.destroy();
  await second.stop();
  expect((await fetch(url)).status).toBe(403);
  await first.stop();
  await withWorld(async ({ info }) => {
    const again = new S3Client({ ...info, endpoint: info.url, forcePathStyle: true });
    const { Body } = await again.send(new GetObjectCommand({ Bucket: buckets.evidence, Key: 'a' }));
    expect(await Body!.transformToString()).toBe('kept');
    again.destroy();
  });
});

test('after a command was killed, what it left running goes on with the next one, and its end reaches the rules', async () => {
  const script = `
    import { startWorld } from ${JSON.stringify(new URL('../../../lib/local/world/world.ts', import.meta.url).href)};
    import { SFNClient, StartExecutionCommand } from ${JSON.stringify(import.meta.resolve('@aws-sdk/client-sfn'))};
    const { info } = await startWorld(${JSON.stringify({ directory, checkout: root, command: 'killed', sample: false })});
    const sfn = new SFNClient({ endpoint: info.url, region: info.region, credentials: info.credentials });
    const { executionArn } = await sfn.send(new StartExecutionCommand({ stateMachineArn: info.machines['sample-greet'], input: '{"wait":true}' }));
    console.log(executionArn);
  `;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  child.kill('SIGKILL');
  await once(child, 'exit');
  const before = greetLog().length;
  // In another deployment it could not go on.
  const other = startWorld({ directory, checkout: root, command: 'other', sample: false, migrations: root });
  await expect(other).rejects.toThrow(/^"killed" ended while \S+ was under way in another deployment/);
  const executionArn = line.toString().trim();
  // Nor does it for who must not carry it on, or only looks.
  const refuses = ({ input }: { readonly input: string }) => `not with ${input}`;
  await expect(startWorld({ directory, checkout: root, command: 'other', sample: false, refuses })).rejects.toThrow(
    'not with {"wait":true}',
  );
  const paused = await startWorld({ directory, checkout: root, command: 'look', sample: false, paused: true });
  expect(paused.resumed).toEqual([]);
  expect(JSON.parse(readFileSync(paused.info.paths.lock, 'utf8'))).not.toHaveProperty('info');
  await paused.stop();
  await withWorld(async ({ joined, resumed }, sfn) => {
    expect(joined).toBeUndefined();
    expect(resumed).toEqual([executionArn]);
    expect(await describe(sfn, executionArn)).toMatchObject({ status: 'RUNNING' });
    await sfn.send(new StopExecutionCommand({ executionArn }));
    expect(await ended(sfn, executionArn)).toMatchObject({ status: 'ABORTED' });
    await until(() => greetLog().length > before);
  });
});

test('a stopped world leaves no lock, and a reset one leaves nothing', async () => {
  const world = await start('test');
  const joined = await start('other');
  expect(joined.joined).toMatchObject({ command: 'test' });
  expect(joined.joined?.isUp()).toBe(true);
  const stopping = world.stop();
  // While it ends its lock is there, but nobody can join any more.
  expect(existsSync(world.info.paths.lock)).toBe(true);
  expect(joined.joined?.isUp()).toBe(false);
  await stopping;
  expect(existsSync(world.info.paths.lock)).toBe(false);
  mkdirSync(join(directory, 'runs', 'autumn'), { recursive: true });
  resetWorld(directory, ['runs']);
  expect(readdirSync(directory, { recursive: true })).toEqual(['runs', join('runs', 'autumn')]);
  resetWorld(directory);
  expect(existsSync(directory)).toBe(false);
});
