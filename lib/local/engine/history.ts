import { closeSync, existsSync, fstatSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import type { Json } from './json.ts';
import { beginsLine, completeSize, linesBefore, linesFrom } from './lines.ts';

type Composite = 'Task' | 'Map' | 'Parallel' | 'Wait';
type Visited = Composite | 'Pass' | 'Choice' | 'Succeed';

/** AWS's names of what happens in an execution, as far as this engine runs it. */
export type HistoryEventType =
  | `Execution${'Started' | 'Succeeded' | 'Failed' | 'TimedOut' | 'Aborted' | 'Redriven'}`
  | `${Visited | 'Fail'}StateEntered`
  | `${Visited}StateExited`
  | `${Composite}StateAborted`
  | `Task${'Scheduled' | 'Started' | 'SubmitFailed' | 'Submitted' | 'Succeeded' | 'Failed' | 'TimedOut'}`
  | `LambdaFunction${'Scheduled' | 'Started' | 'Succeeded' | 'Failed' | 'TimedOut'}`
  | `MapRun${'Started' | 'Succeeded' | 'Failed' | 'Aborted' | 'Redriven'}`
  | `MapIteration${'Started' | 'Succeeded' | 'Failed' | 'Aborted'}`
  | `${'Map' | 'Parallel'}State${'Started' | 'Succeeded' | 'Failed'}`
  | 'EvaluationFailed';

export type EventDetails = Readonly<Record<string, Json>>;

/** One event in the form of GetExecutionHistory, but for `timestamp`, which is in milliseconds since the epoch. */
export interface HistoryEvent {
  readonly id: number;
  readonly previousEventId: number;
  readonly timestamp: number;
  readonly type: HistoryEventType;
  /** Under AWS's own name (`taskFailedEventDetails`). JSON values are texts in it, as on the wire. */
  readonly [details: `${string}EventDetails`]: EventDetails | undefined;
}

/** What AWS keeps to itself, but a fold needs: written beside the event, never shown. */
export interface Memo {
  /** Of ExecutionStarted. */
  readonly stateMachineArn?: string;
  readonly caller?: Caller;
  readonly principalArn?: string;
  readonly definition?: string;
  /** Of ExecutionRedriven: by what the request is known when it is made again. */
  readonly clientToken?: string;
  /** Of a state's exit: where to. Absent when the branch ends here. */
  readonly next?: string;
  /** Of a TaskTimedOut: no heartbeat came in time. */
  readonly heartbeat?: boolean;
  /** Of MapStateFailed and ParallelStateFailed, and of what is written while the parts are stopped: the failure. */
  readonly failure?: FailureMemo;
  /** With `failure`, while the parts are stopped: the key of the part that failed. */
  readonly part?: string;
  /** Of what follows a failure in a catcher: no other may have it. */
  readonly inCatch?: boolean;
  /** Of MapStateStarted: the items. Of ParallelStateStarted and MapIterationStarted: the input of what begins. */
  readonly items?: Json[];
  readonly input?: Json;
  /** Of MapIterationStarted: the element of the items, as `$states.context.Map.Item.Value` shows it. */
  readonly item?: Json;
  /** Of TaskScheduled, when somebody else answers. */
  readonly token?: string;
  /** Attempts that each retrier of the state has used, when there were any. */
  readonly retries?: number[];
}

/** Who started an execution from inside of another. */
export interface Caller {
  readonly executionArn: string;
  /** Of the call (`TaskCall.id`). */
  readonly id: string;
  /** Whether the caller waits for the end: then the execution is stopped with it. */
  readonly waits: boolean;
}

/** An error name and its cause; either may be absent, as on AWS. */
export interface FailureMemo {
  readonly error?: string;
  readonly cause?: string;
}

/** A line of the file: which branch the event belongs to ('' is the execution itself), the event, the memo. */
export interface HistoryRecord {
  readonly branch: string;
  readonly event: HistoryEvent;
  readonly memo?: Memo;
}

/** Something stands in a file that no engine writes: it was damaged, or an engine had a defect. */
export class UnreadableHistory extends Error {
  constructor(path: string, why: string) {
    super(`The history ${path} cannot be read: ${why}`);
  }
}

/** AWS's limit: the execution fails with the event of this id. */
export const HISTORY_LIMIT = 25_000;

/** The name of an event's details member: states of all types share one for entering and one for leaving. */
export function detailsName(type: HistoryEventType): `${string}EventDetails` {
  if (type.endsWith('StateEntered')) return 'stateEnteredEventDetails';
  if (type.endsWith('StateExited')) return 'stateExitedEventDetails';
  return `${type.charAt(0).toLowerCase()}${type.slice(1)}EventDetails`;
}

export const detailsOf = (event: HistoryEvent): EventDetails => event[detailsName(event.type)] ?? {};

/**
 * The file of one execution: JSON Lines, only ever appended to.
 * `append` returns when the line is with the operating system: what the history has to outlive is this process, not the
 * machine, so there is no fsync (which would cost more than a state transition may). What it throws leaves the file as
 * it was.
 */
export interface HistoryFile {
  append(record: HistoryRecord): void;
  close(): void;
}

export function openHistory(path: string, write: Write = writeSync): HistoryFile {
  dropTornLine(path);
  const file = openToAppend(path);
  return {
    append: (record) => appendLine(file, record, write),
    close: () => closeSync(file),
  };
}

/** As `openHistory`, but open only while a line is written: ten thousand run at a time in a distributed Map. */
export function looseHistory(path: string): HistoryFile {
  dropTornLine(path);
  return {
    append(record) {
      const file = openToAppend(path);
      try {
        appendLine(file, record, writeSync);
      } finally {
        closeSync(file);
      }
    },
    close: () => {},
  };
}

// Inputs and parameters may hold task tokens.
const openToAppend = (path: string): number => openSync(path, 'a', 0o600);

/** Writes what it can of `bytes` from an offset on. @returns how many that were */
type Write = (file: number, bytes: Uint8Array, from: number) => number;

/** Writes a line whole or, when the system takes no more of it, not at all. */
function appendLine(file: number, record: HistoryRecord, write: Write): void {
  const line = Buffer.from(`${JSON.stringify(record)}\n`);
  let written = 0;
  try {
    while (written < line.length) written += write(file, line, written);
  } catch (error) {
    if (written > 0) ftruncateSync(file, fstatSync(file).size - written);
    throw error;
  }
}

/** A crash may have cut the last line: it did not happen, and the next must not be glued to it. */
function dropTornLine(path: string): void {
  if (!existsSync(path)) return;
  const file = openSync(path, 'r+');
  try {
    const complete = completeSize(file);
    if (complete < fstatSync(file).size) ftruncateSync(file, complete);
  } finally {
    closeSync(file);
  }
}

/** All records of a file, one after the other. Throws `UnreadableHistory` at a line that is none. */
export function* historyRecords(path: string): Generator<HistoryRecord> {
  let number = 0;
  for (const line of completeLines(path)) yield parseLine(path, line, `line ${++number}`);
}

function parseLine(path: string, line: string, where: string): HistoryRecord {
  try {
    return JSON.parse(line) as HistoryRecord;
  } catch {
    throw new UnreadableHistory(path, `${where} is no event`);
  }
}

/**
 * The first and the last record, and the latest redrive, without parsing those between; undefined when nothing was written.
 * A damaged last line gives way to the one before it; at a damaged first one this throws `UnreadableHistory`.
 */
export function readEnds(
  path: string,
): { first: HistoryRecord; last: HistoryRecord; redriven: HistoryRecord | undefined } | undefined {
  let [first, last, redriven]: (string | undefined)[] = [];
  for (const line of completeLines(path)) {
    first ??= line;
    last = line;
    // In a text of an event the quotes would be escaped.
    if (line.includes('"type":"ExecutionRedriven"')) redriven = line;
  }
  if (first === undefined || last === undefined) return undefined;
  return {
    first: parseLine(path, first, 'line 1'),
    last: lastReadable(path, last),
    redriven: redriven === undefined ? undefined : (JSON.parse(redriven) as HistoryRecord),
  };
}

function lastReadable(path: string, line: string): HistoryRecord {
  try {
    return JSON.parse(line) as HistoryRecord;
  } catch {
    let last: HistoryRecord | undefined;
    try {
      for (const record of historyRecords(path)) last = record;
    } catch (error) {
      if (!(error instanceof UnreadableHistory) || last === undefined) throw error;
    }
    return last as HistoryRecord;
  }
}

/** A part of a history. */
export interface HistoryPage {
  readonly events: HistoryEvent[];
  /** The byte at which the part after it begins; absent at the end. */
  readonly position?: number;
}

/** Texts of events in one part, in bytes; one alone may be longer. */
const PAGE_BYTES = 8 * 1024 * 1024;

/**
 * The next events of a file, forwards or backwards, read no further than that: at most `most`, and fewer where they are
 * long. Undefined when no event begins at `position`.
 */
export function readPage(
  path: string,
  o: { readonly most: number; readonly backwards: boolean; readonly position: number | undefined },
): HistoryPage | undefined {
  const file = openSync(path, 'r');
  try {
    const size = completeSize(file);
    let position = o.position ?? (o.backwards ? size : 0);
    if (position > size || !beginsLine(file, position)) return undefined;
    const events: HistoryEvent[] = [];
    let bytes = 0;
    for (const line of o.backwards ? linesBefore(file, position) : linesFrom(file, position)) {
      bytes += line.length;
      if (events.length === o.most || (events.length > 0 && bytes > PAGE_BYTES)) return { events, position };
      events.push(parseLine(path, line.toString('utf8'), `the line at byte ${position}`).event);
      position += (line.length + 1) * (o.backwards ? -1 : 1);
    }
    return { events };
  } finally {
    closeSync(file);
  }
}

/** The lines of a file, none where there is none; a last one that was cut off by a crash did not happen. */
function* completeLines(path: string): Generator<string> {
  if (!existsSync(path)) return;
  const file = openSync(path, 'r');
  try {
    for (const line of linesFrom(file, 0)) yield line.toString('utf8');
  } finally {
    closeSync(file);
  }
}
