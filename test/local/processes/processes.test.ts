import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Clock, systemClock } from '../../../lib/local/clock.ts';
import { freePort } from '../../../lib/local/processes/free-port.ts';
import { createProcesses, killLeftovers, type Processes } from '../../../lib/local/processes/processes.ts';
import { isAlive } from '../../support/process-list.ts';
import { until } from '../../support/until.ts';

let directory: string;
let processes: Processes;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'processes-'));
  processes = createProcesses({ directory: join(directory, 'running'), clock: systemClock });
});

afterEach(async () => {
  await processes.close();
  rmSync(directory, { recursive: true });
});

const script = (text: string, env: Record<string, string> = {}) =>
  processes.start({
    name: 'sample',
    command: [process.execPath, '-e', text],
    cwd: directory,
    env,
    logFile: join(directory, 'logs', 'sample.log'),
  });

const log = () =>
  existsSync(join(directory, 'logs/sample.log')) ? readFileSync(join(directory, 'logs/sample.log'), 'utf8') : '';

test('a process has its own environment, leaves its output in the log and reports its exit code', async () => {
  const child = script('console.log(process.env.GREETING, process.env.HOME ?? "no home"); process.exit(3)', {
    GREETING: 'hello',
  });
  expect(await child.exited).toEqual({ code: 3 });
  expect(log()).toBe('hello no home\n');
  expect(processes.running()).toEqual([]);
  expect(readdirSync(join(directory, 'running'))).toEqual([]);
});

test('a missing command is exit code 127, as in a container', async () => {
  const child = processes.start({
    name: 'absent',
    command: ['/there/is/no/such/command'],
    cwd: directory,
    env: {},
    logFile: join(directory, 'absent.log'),
  });
  expect(await child.exited).toEqual({ code: 127 });
  expect(readFileSync(join(directory, 'absent.log'), 'utf8')).toContain('not found');
});

test('stop lets a process end by itself', async () => {
  const child = script('process.on("SIGTERM", () => process.exit(0)); setInterval(() => 0, 1000); console.log("up")');
  await until(() => log().includes('up'));
  expect(await child.stop()).toEqual({ code: 0 });
});

test('a process that ignores SIGTERM is killed when the grace is over, with all that it started', async () => {
  let endGrace = () => {};
  const waited: number[] = [];
  const clock: Clock = {
    now: () => 0,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        waited.push(ms);
        endGrace = resolve;
        signal?.addEventListener('abort', () => reject(signal.reason));
      }),
  };
  await processes.close();
  processes = createProcesses({ directory: join(directory, 'running'), clock });
  const child = script(`
    process.on("SIGTERM", () => console.log("ignored"));
    const grandchild = require("node:child_process").spawn("sleep", ["1000"]);
    console.log("grandchild " + grandchild.pid);`);
  await until(() => log().includes('grandchild'));
  const grandchild = Number(/grandchild (\d+)/.exec(log())?.[1]);

  const stopped = child.stop(120_000);
  await until(() => log().includes('ignored'));
  expect(isAlive(child.pid)).toBe(true);
  endGrace();
  expect(await stopped).toEqual({ code: 137, signal: 'SIGKILL' });
  expect(waited).toEqual([120_000]);
  await until(() => !isAlive(grandchild));
});

test('what a process leaves running dies with it', async () => {
  const child = script(`
    const left = require("node:child_process").spawn("sleep", ["1000"]);
    console.log("left " + left.pid); process.exit(0)`);
  await child.exited;
  await until(() => !isAlive(Number(/left (\d+)/.exec(log())?.[1])));
});

test('no process outlives a world that was killed with SIGKILL, not even one that ignores SIGTERM', async () => {
  const world = spawn(
    process.execPath,
    [
      '--input-type=module-typescript',
      '-e',
      `import { createProcesses } from ${JSON.stringify(join(import.meta.dirname, '../../../lib/local/processes/processes.ts'))};
       import { systemClock } from ${JSON.stringify(join(import.meta.dirname, '../../../lib/local/clock.ts'))};
       const processes = createProcesses({ directory: ${JSON.stringify(join(directory, 'running'))}, clock: systemClock });
       const child = processes.start({ name: 'stubborn', cwd: '/', env: {}, logFile: ${JSON.stringify(join(directory, 'stubborn.log'))},
         command: ['sh', '-c', 'trap "" TERM; sleep 1000 & wait'] });
       console.log(child.pid);
       setInterval(() => 0, 1000);`,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const [line] = await once(createInterface({ input: world.stdout }), 'line');
  const pid = Number(line);
  expect(isAlive(pid)).toBe(true);
  world.kill('SIGKILL');
  await until(() => !isAlive(pid));

  // Its file is what the next start finds; there is nothing left to kill.
  expect(readdirSync(join(directory, 'running'))).toEqual([`${pid}.json`]);
  expect(killLeftovers(join(directory, 'running'))).toEqual([]);
  expect(readdirSync(join(directory, 'running'))).toEqual([]);
});

test('leftovers are killed by their file, but not a stranger who has their process id', async () => {
  const leftover = spawn('sleep', ['1000'], { detached: true, stdio: 'ignore' });
  const stranger = spawn('sleep', ['1000'], { detached: true, stdio: 'ignore' });
  const ended = once(leftover, 'exit');
  try {
    const write = (name: string, pid: number | undefined, startedAt: number) =>
      writeFileSync(join(directory, 'running', `${pid}.json`), JSON.stringify({ pid, name, startedAt }));
    write('leftover', leftover.pid, Date.now());
    write('stranger', stranger.pid, Date.now() - 3_600_000);
    expect(killLeftovers(join(directory, 'running'))).toEqual(['leftover']);
    await ended;
    expect(stranger.exitCode).toBeNull();
    expect(isAlive(stranger.pid!)).toBe(true);
  } finally {
    stranger.kill('SIGKILL');
  }
});

test('ports that were handed out are not handed out again, even while nobody listens there', async () => {
  const ports = await Promise.all(Array.from({ length: 200 }, freePort));
  expect(new Set(ports).size).toBe(200);
});
