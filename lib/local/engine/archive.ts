import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ExecutionDescription, MachineRecord } from './execution.ts';
import { endStatus, resultOf } from './fold.ts';
import {
  detailsOf,
  type HistoryEvent,
  type HistoryRecord,
  historyRecords,
  openHistory,
  readEnds,
  UnreadableHistory,
} from './history.ts';
import type { Json } from './json.ts';

/**
 * `<directory>/executions/<machine>/<execution>.jsonl`; makes the folder. What a distributed Map starts lies apart, in
 * `map-runs/<machine>/<label>`: there may be ten thousand, and nobody lists them.
 */
export function historyPath(directory: string, machineName: string, executionName: string): string {
  const folder = machineName.includes('/') ? 'map-runs' : 'executions';
  const path = join(directory, folder, machineName, `${executionName}.jsonl`);
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  return path;
}

/** Whether an execution is an item of a distributed Map: its machine is named `<machine>/<label>`. */
export const isChild = ({ stateMachineArn }: Pick<ExecutionDescription, 'stateMachineArn'>): boolean =>
  stateMachineArn.includes('/');

/** Definitions are kept by content, so that a history can be read after its machine was replaced. Returns the digest. */
export function keepDefinition(directory: string, definition: string): string {
  const digest = createHash('sha256').update(definition).digest('hex');
  const path = join(directory, 'definitions', `${digest}.asl.json`);
  if (!existsSync(path)) {
    // Other executions may stand on the same file: it is there whole, or not at all.
    writeFileSync(`${path}.new`, definition);
    renameSync(`${path}.new`, path);
  }
  return digest;
}

/** The machine that an execution was started with, by the beginning of its history. Throws `UnreadableHistory`. */
export function machineOf(
  directory: string,
  { stateMachineArn, name, startDate }: ExecutionDescription,
): MachineRecord {
  const machineName = stateMachineArn.split(':').at(-1) ?? '';
  const path = historyPath(directory, machineName, name);
  const [first] = historyRecords(path);
  if (!first) throw new UnreadableHistory(path, 'it is empty');
  const definition = join(directory, 'definitions', `${first.memo?.definition}.asl.json`);
  if (!existsSync(definition)) throw new UnreadableHistory(path, `its definition ${definition} is gone`);
  return {
    stateMachineArn,
    name: machineName,
    roleArn: String(detailsOf(first.event).roleArn),
    definition: readFileSync(definition, 'utf8'),
    creationDate: startDate,
  };
}

/** Every execution that an engine over this directory has begun; one that was cut short is still RUNNING. */
export function* readArchive(directory: string): Generator<ExecutionDescription> {
  const root = join(directory, 'executions');
  mkdirSync(root, { recursive: true, mode: 0o700 });
  for (const machine of readdirSync(root)) {
    for (const file of readdirSync(join(root, machine))) {
      const description = readDescription(join(root, machine, file), file.replace(/\.jsonl$/, ''));
      if (description) yield description;
    }
  }
}

function readDescription(path: string, name: string): ExecutionDescription | undefined {
  const records = readEnds(path);
  if (!records) return undefined;
  const { first, last, redriven } = records;
  const { stateMachineArn = '', principalArn, caller } = first.memo ?? {};
  return {
    executionArn: `${stateMachineArn.replace(':stateMachine:', ':execution:')}:${name}`,
    stateMachineArn,
    name,
    startDate: first.event.timestamp,
    redriveCount: redriven ? Number(detailsOf(redriven.event).redriveCount) : 0,
    ...(redriven && { redriveDate: redriven.event.timestamp }),
    lastEventId: last.event.id,
    input: text(first, 'input') ?? '{}',
    ...(principalArn !== undefined && { principalArn }),
    ...(caller && { caller }),
    ...endOf(last),
  };
}

function endOf(last: HistoryRecord): Pick<ExecutionDescription, 'status' | 'stopDate' | 'output' | 'error' | 'cause'> {
  const status = endStatus[last.event.type];
  if (status === undefined) return { status: 'RUNNING' };
  return { status, stopDate: last.event.timestamp, ...resultOf(last.event) };
}

function text({ event }: HistoryRecord, name: string): string | undefined {
  const value: Json | undefined = detailsOf(event)[name];
  return typeof value === 'string' ? value : undefined;
}

/** Appends ExecutionAborted to the history of an execution whose engine is gone and that does not go on. */
export function endInterrupted(
  directory: string,
  { executionArn, stateMachineArn, name }: ExecutionDescription,
  o: {
    readonly now: number;
    readonly cause: string;
    readonly onEvent: ((executionArn: string, event: HistoryEvent) => void) | undefined;
  },
): ExecutionDescription {
  const path = historyPath(directory, stateMachineArn.split(':').at(-1) ?? '', name);
  const last = readEnds(path)?.last.event.id ?? 0;
  const event: HistoryEvent = {
    id: last + 1,
    previousEventId: 0,
    timestamp: o.now,
    type: 'ExecutionAborted',
    executionAbortedEventDetails: { error: 'EngineStopped', cause: o.cause },
  };
  const file = openHistory(path);
  file.append({ branch: '', event });
  file.close();
  o.onEvent?.(executionArn, event);
  const description = readDescription(path, name);
  if (!description) throw new Error(`${path} has no history`);
  return description;
}
