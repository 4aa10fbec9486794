import type { Json, JsonObject } from '../engine/engine.ts';

/** How external work answered one scheduling of a task when the case was recorded. */
export interface Answer {
  /** What the engine must have asked for. */
  readonly when?: { readonly parameters?: Json; readonly input?: Json };
  readonly returns?: Json;
  /** A `cause` that is an object stands for its compact JSON text. */
  readonly fails?: { readonly error?: string; readonly cause?: Json; readonly event?: string };
  /** Of a failure (here or in it): its event, where that is not the plain …Failed. */
  readonly event?: string;
  /** The first answer of a job, or of work that is handed over with a token. */
  readonly submitted?: Json;
  /** Never answered: the engine's own timeout or heartbeat must fire. */
  readonly timesOut?: JsonObject;
}

export type Kind = 'execution' | 'outcome' | 'validation' | 'teststate';

/** What was recorded on AWS, with its placeholders replaced. */
export interface RecordedCase {
  readonly name: string;
  readonly kind: Kind;
  readonly definition?: Json;
  /** In place of a definition that is not JSON. */
  readonly definitionText?: string;
  readonly input?: Json;
  /** By state; `*` where the recording does not tell the state. */
  readonly tasks?: Readonly<Record<string, readonly Answer[]>>;
  readonly s3Objects?: readonly { readonly Bucket: string; readonly Key: string; readonly Body: string }[];
  readonly notes?: string;
  /** Of a TestState: the request but for definition, input and role. */
  readonly request?: JsonObject;
  /** ISO 8601, where it is known: AWS is not the same at all times. */
  readonly validatedOnAws?: string | null;
  /** Under which names and from when on it ran, where that is known. */
  readonly ranAs?: RanAs;
  readonly expected: Expected;
}

export interface RanAs {
  readonly region: string;
  readonly accountId: string;
  readonly machineName: string;
  readonly executionName: string;
  readonly roleArn: string;
  /** Epoch milliseconds. */
  readonly startedAt: number;
}

interface Expected {
  readonly status?: string;
  readonly output?: Json;
  readonly error?: Json;
  readonly cause?: Json;
  readonly eventOrder?: string;
  readonly events?: readonly JsonObject[];
  readonly inspectionData?: Json;
  readonly nextState?: Json;
}

/** A line of a pack's index. */
export interface Row {
  readonly name: string;
  readonly file: string;
  readonly kind: Kind;
  readonly queryLanguage: string;
  readonly features: readonly string[];
}

/** What stands for the account in which cases are played. */
const account = { partition: 'aws', region: 'us-east-1', accountId: '111111111111' };
export const roleArn = `arn:${account.partition}:iam::${account.accountId}:role/machine`;
export const anyone: RanAs = {
  region: account.region,
  accountId: account.accountId,
  machineName: 'machine',
  executionName: 'execution',
  roleArn,
  startedAt: Date.parse('2025-01-01T00:00:00Z'),
};

const functionArn = (name: string): string =>
  `arn:${account.partition}:lambda:${account.region}:${account.accountId}:function:${name}`;

const known: Readonly<Record<string, string>> = {
  Partition: account.partition,
  Region: account.region,
  AccountId: account.accountId,
  StateMachineName: anyone.machineName,
  ExecutionName: anyone.executionName,
  RoleArn: roleArn,
  LambdaFunctionName: 'function',
  LambdaFunctionArn: functionArn('function'),
  LambdaFunctionArn2: functionArn('function2'),
};

/** The text of a case with its placeholders replaced; one whose value was not recorded becomes a mask. */
export const withoutPlaceholders = (text: string): string =>
  text.replace(/\$\{([\w.]+)\}/g, (_, name: string) => known[name] ?? `<opaque:${name}>`);
