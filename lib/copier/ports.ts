import type { CopierOutput } from './contract.ts';
import type { Incidents } from './incidents.ts';

/** Objects under one run's prefix. Keys are relative to it. */
export interface Staging {
  /** Visible only when complete: if the body fails, there is no object. */
  put(key: string, body: Buffer | AsyncIterable<Buffer>): Promise<void>;
  /** False when the key exists with another content. */
  create(key: string, body: Buffer): Promise<boolean>;
  /** Undefined when there is no such object. */
  get(key: string): Promise<Buffer | undefined>;
  /** The object as it arrives; undefined when there is none. */
  open(key: string): Promise<AsyncIterable<Buffer> | undefined>;
  /** All keys that begin with `prefix`, sorted. */
  list(prefix: string): Promise<string[]>;
  /** The full key, for people and for the task's output. */
  address(key: string): string;
}

/** The task token's three calls. */
export interface TaskCallback {
  /** False when Step Functions no longer waits for this task: stop at once. */
  beat(): Promise<boolean>;
  succeed(output: CopierOutput): Promise<void>;
  fail(error: string, cause: string): Promise<void>;
}

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Rejects with the signal's reason when aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** One line an event. Fields never hold secrets. */
export type Log = (event: string, fields?: Readonly<Record<string, unknown>>) => void;

/** What every role is given besides its input. */
export interface Surroundings {
  readonly staging: Staging;
  readonly clock: Clock;
  readonly log: Log;
  /** What is survived, for the report. It hears what is logged. */
  readonly incidents: Incidents;
  /** Aborted when the worker must stop: heartbeat refused, SIGTERM, or another worker's failure. */
  readonly signal: AbortSignal;
}
