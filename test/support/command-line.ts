import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { resetWorld, startWorld, type WorldInfo } from '../../lib/local/world/world.ts';
import { descendants, lastingProcessesOf } from './process-list.ts';
import { until } from './until.ts';

const PASSAGE = fileURLToPath(new URL('../../bin/passage.ts', import.meta.url));

/** A command that runs as a user started it. */
export interface RunningCommand {
  readonly pid: number;
  /** All that it has printed so far. */
  output(): string;
  /** Resolves once it has printed this; throws with all that it printed when it ends without. */
  said(what: string | RegExp): Promise<void>;
  /** Ctrl-C. */
  interrupt(): void;
  /** `kill -9` of it and of everything that it has started. */
  killAll(): Promise<void>;
  readonly ended: Promise<Ended>;
}

export interface Ended {
  /** Null when it was killed. */
  readonly code: number | null;
  readonly output: string;
}

/** A folder in which a user works, with a simulated account of its own. */
export interface Workplace {
  readonly directory: string;
  /** `.passage` in it. */
  readonly memory: string;
  start(...args: readonly string[]): RunningCommand;
  run(...args: readonly string[]): Promise<Ended>;
  /** Sets variables for the commands that start from now on. */
  readonly environment: Record<string, string>;
  /** Has the account up in this process, with the sample, while no command runs. */
  inWorld(use: (info: WorldInfo) => Promise<void>): Promise<void>;
  /** Processes that have to do with this folder or with its databases, and stay. */
  leftovers(): Promise<string[]>;
  /** Ends what still runs, forgets the account and removes the folder. @returns what should not have been there */
  close(): Promise<string[]>;
}

export function createWorkplace(): Workplace {
  const directory = mkdtempSync(join(tmpdir(), 'passage-end-to-end-'));
  const memory = join(directory, '.passage');
  const environment: Record<string, string> = {};
  const running = new Set<RunningCommand>();
  const start = (...args: readonly string[]): RunningCommand => {
    const command = startCommand(directory, args, environment);
    running.add(command);
    void command.ended.then(() => running.delete(command));
    return command;
  };
  return {
    directory,
    memory,
    environment,
    start,
    run: (...args) => start(...args).ended,
    async inWorld(use) {
      const world = await startWorld({ directory: memory, command: 'test', sample: true });
      try {
        await use(world.info);
      } finally {
        await world.stop();
      }
    },
    leftovers: () => lastingProcessesOf([directory, ...clusterFolders(memory)]),
    async close() {
      const left = [...running].map(({ pid }) => `command ${pid} still ran`);
      for (const command of running) await command.killAll();
      const clusters = clusterFolders(memory);
      left.push(...(await lastingProcessesOf([directory, ...clusters])));
      resetWorld(memory);
      left.push(...clusters.filter(existsSync), ...[memory].filter(existsSync));
      rmSync(directory, { recursive: true, force: true });
      return left;
    },
  };
}

/** Where the data of the sample's databases are: root's are outside of the folder. */
export function clusterFolders(memory: string): string[] {
  const file = join(memory, 'clusters.json');
  if (!existsSync(file)) return [];
  const { directories } = JSON.parse(readFileSync(file, 'utf8')) as { directories: Record<string, string> };
  return Object.values(directories);
}

function startCommand(
  cwd: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): RunningCommand {
  const child = spawn(process.execPath, [PASSAGE, ...args], {
    cwd,
    env: { ...process.env, NODE_OPTIONS: '', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    // As a shell starts it: Ctrl-C reaches this group alone.
    detached: true,
  });
  let output = '';
  let isOver = false;
  const take = (chunk: Buffer) => {
    output += chunk.toString('utf8');
  };
  child.stdout.on('data', take);
  child.stderr.on('data', take);
  const ended = new Promise<Ended>((resolve) => {
    child.once('close', (code) => {
      isOver = true;
      resolve({ code, output });
    });
  });
  const pid = child.pid!;
  return {
    pid,
    output: () => output,
    ended,
    said: async (what) => {
      const isSaid = () => (typeof what === 'string' ? output.includes(what) : what.test(output));
      await until(() => isSaid() || isOver);
      if (!isSaid()) throw new Error(`"passage ${args.join(' ')}" ended without saying ${what}:\n${output}`);
    },
    interrupt: () => void process.kill(-pid, 'SIGINT'),
    async killAll() {
      // Children first collected, then killed: their parents' ids are gone once those are dead.
      for (const each of [pid, ...descendants(pid)]) {
        try {
          process.kill(each, 'SIGKILL');
        } catch {
          // It has ended by itself.
        }
      }
      await ended;
    },
  };
}
