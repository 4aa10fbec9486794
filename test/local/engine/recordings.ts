import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HistoryEvent, Json, JsonObject } from '../../../lib/local/engine/engine.ts';

/**
 * The folder of the recordings, which are not part of this repository: PASSAGE_DATA names the folder that holds it.
 * Undefined without them.
 */
export function findRecordings(): string | undefined {
  const pack = join(process.env.PASSAGE_DATA ?? '', 'step-functions-recordings');
  return process.env.PASSAGE_DATA && existsSync(pack) ? pack : undefined;
}

/** How external work answered when a case was recorded on AWS. */
export interface Answer {
  readonly returns?: Json;
  readonly fails?: { readonly error?: string; readonly cause?: Json };
  readonly submitted?: Json;
  readonly timesOut?: JsonObject;
}

/** A recorded execution, with its placeholders replaced. */
export interface RecordedCase {
  readonly name: string;
  readonly kind: string;
  readonly definition: { readonly States: Readonly<Record<string, JsonObject>> };
  readonly input: Json;
  readonly tasks?: Readonly<Record<string, readonly Answer[]>>;
  readonly expected: {
    readonly status: string;
    readonly output?: Json;
    readonly error?: Json;
    readonly cause?: Json;
    readonly eventOrder?: string;
    readonly events?: readonly Json[];
  };
}

interface Row {
  readonly name: string;
  readonly file: string;
  readonly kind: string;
  readonly queryLanguage: string;
  readonly features: readonly string[];
}

function readIndex(pack: string): Row[] {
  return (JSON.parse(readFileSync(join(pack, 'index.json'), 'utf8')) as { cases: Row[] }).cases;
}

/** One case of a pack, whatever its query language. */
export function caseNamed(pack: string, name: string): RecordedCase {
  const row = readIndex(pack).find((other) => other.name === name);
  if (!row) throw new Error(`${pack} has no case ${name}`);
  return readCase(pack, row);
}

/** The rows of a pack's index that name executions of JSONata machines. */
export function jsonataExecutions(pack: string): Row[] {
  return readIndex(pack).filter(
    ({ kind, queryLanguage }) => /^(execution|outcome)$/.test(kind) && queryLanguage === 'JSONata',
  );
}

const placeholders: Readonly<Record<string, string>> = {
  Partition: 'aws',
  Region: 'us-east-1',
  AccountId: '111111111111',
  StateMachineName: 'machine',
  ExecutionName: 'execution',
  RoleArn: 'arn:aws:iam::111111111111:role/machine',
  LambdaFunctionName: 'function',
  LambdaFunctionArn: 'arn:aws:lambda:us-east-1:111111111111:function:function',
};

export function readCase(pack: string, row: Row): RecordedCase {
  const text = readFileSync(join(pack, row.file), 'utf8');
  return JSON.parse(text.replace(/\$\{(\w+)\}/g, (all, name: string) => placeholders[name] ?? all)) as RecordedCase;
}

/** An event as the recordings show it: without its time, JSON texts parsed. */
export function asRecorded({ timestamp: _, ...event }: HistoryEvent): Json {
  const shown: Record<string, Json> = {};
  for (const [name, details] of Object.entries(event as Record<string, Json>)) {
    shown[name] = typeof details === 'object' && details !== null ? parseTexts(details as JsonObject) : details;
  }
  return shown;
}

function parseTexts(details: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(details).map(([name, value]) => {
      if (name === 'assignedVariables') return [name, mapValues(value as JsonObject, parsed)];
      return [name, ['input', 'output', 'parameters'].includes(name) ? parsed(value) : value];
    }),
  );
}

const parsed = (text: Json): Json => JSON.parse(String(text)) as Json;
const mapValues = (object: JsonObject, change: (value: Json) => Json): JsonObject =>
  Object.fromEntries(Object.entries(object).map(([name, value]) => [name, change(value)]));

/** What changes from run to run: `<uuid:1>`, or a placeholder that is opaque to a test. */
const MASK = /<[A-Za-z][\w:.-]*>|\$\{[A-Za-z][\w.]*\}/g;

/** The places where `actual` is not as recorded; masks stand for any text, and JSON text equals what it says. */
export function differences(expected: Json | undefined, actual: Json | undefined, path = ''): string[] {
  const differ = () => [`${path}: recorded ${JSON.stringify(expected)}, got ${JSON.stringify(actual)}`];
  if (typeof expected === 'string') {
    const literals = expected.split(MASK);
    if (literals.length === 1) return expected === actual ? [] : differ();
    if (literals.every((part) => part === '')) return actual === undefined ? differ() : [];
    const pattern = new RegExp(`^${literals.map(escaped).join('[\\s\\S]*')}$`);
    return typeof actual === 'string' && pattern.test(actual) ? [] : differ();
  }
  if (typeof expected !== 'object' || expected === null) return Object.is(expected, actual) ? [] : differ();
  const value = typeof actual === 'string' ? jsonIn(actual) : actual;
  if (typeof value !== 'object' || value === null || Array.isArray(value) !== Array.isArray(expected)) return differ();
  const names = new Set([...Object.keys(expected), ...Object.keys(value)]);
  return [...names].flatMap((name) =>
    differences((expected as JsonObject)[name], (value as JsonObject)[name], `${path}/${name}`),
  );
}

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

function jsonIn(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
