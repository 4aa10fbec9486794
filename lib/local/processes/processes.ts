import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { z } from 'zod';
import type { Clock } from '../clock.ts';
import { processStart } from './process-start.ts';

/** What a container runs, on this machine. */
interface ProcessRequest {
  /** For people who look at the process list of the world. */
  readonly name: string;
  readonly command: readonly string[];
  readonly cwd: string;
  /** The whole environment: nothing but PATH is inherited. */
  readonly env: Readonly<Record<string, string>>;
  /** Standard output and error are appended to this file. */
  readonly logFile: string;
}

export interface ExitStatus {
  /** As a container runtime reports it: 128 + signal number when killed by one; 127 when the command was not found. */
  readonly code: number;
  readonly signal?: NodeJS.Signals;
}

export interface SupervisedProcess {
  readonly name: string;
  readonly pid: number;
  readonly logFile: string;
  /** Resolves once the process has ended and everything it started is gone; never rejects. */
  readonly exited: Promise<ExitStatus>;
  /** SIGTERM to the process, SIGKILL to all it started after `graceMs` (default 30 s, as ECS and Kubernetes give; 0: SIGKILL at once). */
  stop(graceMs?: number): Promise<ExitStatus>;
}

export interface Processes {
  /** @throws when the operating system refuses to start a shell; a missing command is exit code 127. */
  start(request: ProcessRequest): SupervisedProcess;
  running(): readonly SupervisedProcess[];
  /** SIGKILL to all that still run; resolves when they are gone. */
  close(): Promise<void>;
}

interface ProcessesOptions {
  /** Holds one file for each running process, by which `killLeftovers` knows them. */
  readonly directory: string;
  readonly clock: Clock;
}

/**
 * The command replaces this shell, so that process id, signals and exit code are its own. A second shell holds the
 * other end of a pipe of ours: however we die, the pipe closes and the whole process group is killed.
 */
const LAUNCHER = [
  'exec 3<&0 </dev/null',
  '(trap "" TERM INT HUP; read -r never <&3; kill -KILL 0) &',
  'exec 3<&-',
  'exec "$@"',
].join('\n');

const GRACE_MS = 30_000;

/** `ps` gives start times in whole seconds, and the kernel's clock may differ from ours by a little. */
const START_TOLERANCE_MS = 3_000;

const record = z.object({ pid: z.int().positive(), name: z.string(), startedAt: z.number() });

/** Starts child processes of which none outlives this process. */
export function createProcesses({ directory, clock }: ProcessesOptions): Processes {
  mkdirSync(directory, { recursive: true });
  const running = new Set<SupervisedProcess>();

  return {
    start(request) {
      const child = launch(request);
      const pid = child.pid!;
      const file = join(directory, `${pid}.json`);
      // The machine's time, not the world's clock: it is compared with what the operating system reports.
      writeFileSync(file, JSON.stringify({ pid, name: request.name, startedAt: Date.now() }));

      const exited = new Promise<ExitStatus>((resolve) => {
        child.once('exit', (code, signal) => {
          // What the process left behind in its group goes with it, the watching shell too.
          killGroup(pid);
          child.stdin?.destroy();
          rmSync(file, { force: true });
          running.delete(supervised);
          resolve(signal ? { code: 128 + constants.signals[signal], signal } : { code: code ?? 0 });
        });
      });
      const supervised: SupervisedProcess = {
        name: request.name,
        pid,
        logFile: request.logFile,
        exited,
        async stop(graceMs = GRACE_MS) {
          if (!running.has(supervised)) return exited;
          if (graceMs === 0) killGroup(pid);
          else child.kill('SIGTERM');
          const ended = new AbortController();
          const grace = clock.sleep(graceMs, ended.signal).then(
            () => killGroup(pid),
            () => undefined,
          );
          const status = await exited;
          ended.abort();
          await grace;
          return status;
        },
      };
      running.add(supervised);
      return supervised;
    },
    running: () => [...running],
    async close() {
      const all = [...running];
      for (const one of all) killGroup(one.pid);
      await Promise.all(all.map((one) => one.exited));
    },
  };
}

/**
 * Kills what an earlier world left running, as its process files say. A process id that the system has given to
 * another process since (its start time differs) is left alone.
 * @returns the names of the killed processes
 */
export function killLeftovers(directory: string): string[] {
  const killed: string[] = [];
  for (const name of filesIn(directory)) {
    const file = join(directory, name);
    const found = record.safeParse(JSON.parse(readFileSync(file, 'utf8')));
    if (found.success && startedAbout(found.data.pid, found.data.startedAt)) {
      killGroup(found.data.pid);
      killed.push(found.data.name);
    }
    rmSync(file, { force: true });
  }
  return killed;
}

function launch(request: ProcessRequest): ChildProcess {
  mkdirSync(dirname(request.logFile), { recursive: true });
  const log = openSync(request.logFile, 'a');
  try {
    const child = spawn('/bin/sh', ['-c', LAUNCHER, 'sh', ...request.command], {
      cwd: request.cwd,
      // The Node that runs the world comes first: images that say `node` mean this one.
      env: { PATH: [dirname(process.execPath), process.env.PATH].join(delimiter), ...request.env },
      stdio: ['pipe', log, log],
      // A process group of its own, so that all it starts can be killed at once.
      detached: true,
    });
    child.on('error', () => undefined);
    child.stdin?.on('error', () => undefined);
    if (child.pid === undefined) {
      throw new Error(`${request.name} could not be started: is ${request.cwd} a directory, and /bin/sh there?`);
    }
    return child;
  } finally {
    closeSync(log);
  }
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // The group is gone already.
  }
}

function filesIn(directory: string): string[] {
  try {
    return readdirSync(directory).filter((name) => name.endsWith('.json'));
  } catch {
    return [];
  }
}

function startedAbout(pid: number, startedAt: number): boolean {
  const start = processStart(pid);
  return start !== undefined && Math.abs(start.at - startedAt) <= START_TOLERANCE_MS;
}
