import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector';
import { isMainThread } from 'node:worker_threads';

/**
 * `PASSAGE_PROFILE=<file> node --import ./benchmark/profiled.ts <program>`: profiles the program's main thread and
 * writes at its end what it used. Threads that the program starts import this too, and do nothing with it.
 */

/** A node of a profile of V8: a function as it was called from its parent. */
export interface ProfileNode {
  readonly id: number;
  readonly callFrame: { readonly functionName: string; readonly url: string };
  readonly children?: readonly number[];
}

export interface Profile {
  readonly nodes: readonly ProfileNode[];
  /** The node that ran at each sample, and the microseconds since the one before. */
  readonly samples?: readonly number[];
  readonly timeDeltas?: readonly number[];
}

export interface Measured {
  readonly profile: Profile;
  /** Seconds of CPU, user and system: of the main thread, and of the process with all its threads. */
  readonly mainThread: number;
  readonly wholeProcess: number;
}

const file = process.env.PASSAGE_PROFILE;
if (file && isMainThread) {
  const session = new Session();
  session.connect();
  session.post('Profiler.enable');
  session.post('Profiler.setSamplingInterval', { interval: 500 });
  session.post('Profiler.start');
  const seconds = ({ user, system }: NodeJS.CpuUsage) => (user + system) / 1e6;
  process.once('exit', () => {
    const [mainThread, wholeProcess] = [seconds(process.threadCpuUsage()), seconds(process.cpuUsage())];
    session.post('Profiler.stop', (error, answer) => {
      if (error) throw error;
      const measured: Measured = { profile: answer.profile, mainThread, wholeProcess };
      writeFileSync(file, JSON.stringify(measured));
    });
  });
}
