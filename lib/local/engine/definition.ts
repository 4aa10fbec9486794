import { z } from 'zod';
import { expressionIn, MOST_SECONDS } from './expressions.ts';
import type { Json, JsonObject } from './json.ts';
import { isName } from './requests.ts';
import { instantOf } from './timestamp.ts';

/** The part of the Amazon States Language that the engine runs: JSONata machines, with these fields and no others. */

const json: z.ZodType<Json> = z.json();
const payload: z.ZodType<JsonObject> = z.record(z.string(), json);
const expression = z
  .string()
  .refine((text) => expressionIn(text) !== undefined, 'must be an expression in {% %}, or a literal of the right type');
const wholeNumber = (least: number, most = Number.MAX_SAFE_INTEGER) =>
  z.union([z.number().int().min(least).max(most), expression]);
const seconds = (least: number) => wholeNumber(least, MOST_SECONDS);
/** In AWS's words [recorded]. */
const timestamp = z
  .string()
  .refine(
    (text) => expressionIn(text) !== undefined || !Number.isNaN(instantOf(text)),
    'String does not match RFC3339 timestamp',
  );
const errorNames = z.array(z.string().min(1)).min(1);

const retrier = z.strictObject({
  Comment: z.string().optional(),
  ErrorEquals: errorNames,
  IntervalSeconds: z.number().int().min(1).default(1),
  BackoffRate: z.number().min(1).default(2),
  MaxAttempts: z.number().int().min(0).default(3),
  MaxDelaySeconds: z.number().int().min(1).optional(),
  JitterStrategy: z.enum(['FULL', 'NONE']).default('NONE'),
});

const catcher = z.strictObject({
  Comment: z.string().optional(),
  ErrorEquals: errorNames,
  Next: z.string(),
  Assign: payload.optional(),
  Output: json.optional(),
});

const common = {
  Comment: z.string().optional(),
  QueryLanguage: z.literal('JSONata', 'only JSONata is run here').optional(),
  Output: json.optional(),
};
const flow = { Next: z.string().optional(), End: z.literal(true).optional(), Assign: payload.optional() };
const recovery = { Retry: z.array(retrier).optional(), Catch: z.array(catcher).optional() };

const pass = z.strictObject({ Type: z.literal('Pass'), ...common, ...flow });

const task = z.strictObject({
  Type: z.literal('Task'),
  ...common,
  ...flow,
  ...recovery,
  Resource: z.string(),
  Arguments: json.optional(),
  TimeoutSeconds: seconds(1).optional(),
  HeartbeatSeconds: seconds(1).optional(),
  Credentials: z.union([z.strictObject({ RoleArn: z.string() }), expression]).optional(),
});

const choice = z.strictObject({
  Type: z.literal('Choice'),
  ...common,
  Assign: payload.optional(),
  Choices: z
    .array(
      z.strictObject({
        Comment: z.string().optional(),
        Condition: z.union([z.boolean(), expression]),
        Next: z.string(),
        Assign: payload.optional(),
        Output: json.optional(),
      }),
    )
    .min(1),
  Default: z.string().optional(),
});

const wait = z.strictObject({
  Type: z.literal('Wait'),
  ...common,
  ...flow,
  Seconds: seconds(0).optional(),
  Timestamp: timestamp.optional(),
});

const succeed = z.strictObject({ Type: z.literal('Succeed'), ...common });

const fail = z.strictObject({
  Type: z.literal('Fail'),
  Comment: common.Comment,
  QueryLanguage: common.QueryLanguage,
  Error: z.string().optional(),
  Cause: z.string().optional(),
});

const statesBlock = { Comment: z.string().optional(), StartAt: z.string() };

const parallel = z.strictObject({
  Type: z.literal('Parallel'),
  ...common,
  ...flow,
  ...recovery,
  Arguments: json.optional(),
  get Branches() {
    return z.array(z.strictObject({ ...statesBlock, States: z.record(z.string(), state) })).min(1);
  },
});

const itemReader = z.strictObject({
  Resource: z.string(),
  Arguments: json.optional(),
  ReaderConfig: z
    .strictObject({
      InputType: z.enum(['CSV', 'JSON', 'JSONL'], 'only CSV, JSON and JSONL are read here').optional(),
      CSVHeaderLocation: z.enum(['FIRST_ROW', 'GIVEN']).optional(),
      CSVHeaders: z.array(z.string()).min(1).optional(),
      CSVDelimiter: z.enum(['COMMA', 'PIPE', 'SEMICOLON', 'SPACE', 'TAB']).optional(),
      ItemsPointer: z.string().startsWith('/').optional(),
      Transformation: z.enum(['NONE', 'LOAD_AND_FLATTEN']).optional(),
      MaxItems: wholeNumber(0).optional(),
    })
    .optional(),
});

const itemBatcher = z.strictObject({
  BatchInput: json.optional(),
  MaxItemsPerBatch: wholeNumber(1).optional(),
  MaxInputBytesPerBatch: wholeNumber(1).optional(),
});

const resultWriter = z.strictObject({
  Resource: z.string().optional(),
  Arguments: json.optional(),
  WriterConfig: z
    .strictObject({
      OutputType: z.enum(['JSON', 'JSONL']).optional(),
      Transformation: z.enum(['NONE', 'COMPACT', 'FLATTEN']).optional(),
    })
    .optional(),
});

const map = z.strictObject({
  Type: z.literal('Map'),
  ...common,
  ...flow,
  ...recovery,
  Items: z.union([z.array(json), expression]).optional(),
  ItemReader: itemReader.optional(),
  ItemSelector: json.optional(),
  ItemBatcher: itemBatcher.optional(),
  ResultWriter: resultWriter.optional(),
  Label: z
    .string()
    .refine((label) => isName(label, 40), 'must be 1 to 40 characters, without those that AWS forbids in names')
    .optional(),
  MaxConcurrency: wholeNumber(0).optional(),
  // AWS takes both on inline maps too, where they change nothing.
  ToleratedFailurePercentage: z.union([z.number().min(0).max(100), expression]).optional(),
  ToleratedFailureCount: wholeNumber(0).optional(),
  get ItemProcessor() {
    return z.strictObject({
      ...statesBlock,
      ProcessorConfig: z
        .discriminatedUnion('Mode', [
          z.strictObject({ Mode: z.literal('INLINE') }),
          z.strictObject({ Mode: z.literal('DISTRIBUTED'), ExecutionType: z.enum(['STANDARD', 'EXPRESS']) }),
        ])
        .optional(),
      States: z.record(z.string(), state),
    });
  },
});

const state: z.ZodType<State> = z.lazy(() =>
  z.discriminatedUnion('Type', [pass, task, choice, wait, succeed, fail, parallel, map]),
) as z.ZodType<State>;

type PassState = z.output<typeof pass>;
export type TaskState = z.output<typeof task>;
export type ChoiceState = z.output<typeof choice>;
export type WaitState = z.output<typeof wait>;
type SucceedState = z.output<typeof succeed>;
type FailState = z.output<typeof fail>;
export type Retrier = z.output<typeof retrier>;
export type Catcher = z.output<typeof catcher>;

export type ItemReader = z.output<typeof itemReader>;
export type ItemBatcher = z.output<typeof itemBatcher>;
export type ResultWriter = z.output<typeof resultWriter>;

interface Recovering {
  readonly Retry?: Retrier[];
  readonly Catch?: Catcher[];
}
interface Flowing {
  readonly QueryLanguage?: 'JSONata';
  readonly Next?: string;
  readonly End?: true;
  readonly Assign?: JsonObject;
  readonly Output?: Json;
}

/** A machine, a branch of a Parallel, or the processor of a Map. */
export interface StatesBlock {
  readonly StartAt: string;
  readonly States: Readonly<Record<string, State>>;
}
export interface ParallelState extends Recovering, Flowing {
  readonly Type: 'Parallel';
  readonly Arguments?: Json;
  readonly Branches: readonly StatesBlock[];
}
export interface MapState extends Recovering, Flowing {
  readonly Type: 'Map';
  readonly Items?: Json[] | string;
  readonly ItemReader?: ItemReader;
  readonly ItemSelector?: Json;
  readonly ItemBatcher?: ItemBatcher;
  readonly ResultWriter?: ResultWriter;
  readonly Label?: string;
  readonly MaxConcurrency?: number | string;
  readonly ToleratedFailurePercentage?: number | string;
  readonly ToleratedFailureCount?: number | string;
  readonly ItemProcessor: StatesBlock & {
    readonly ProcessorConfig?: { Mode: 'INLINE' } | { Mode: 'DISTRIBUTED'; ExecutionType: 'STANDARD' | 'EXPRESS' };
  };
}
export type State =
  | PassState
  | TaskState
  | ChoiceState
  | WaitState
  | SucceedState
  | FailState
  | ParallelState
  | MapState;

/** Whether a Map starts an execution for each item, instead of running the items inside its own. */
export const isDistributed = (state: MapState): boolean => state.ItemProcessor.ProcessorConfig?.Mode === 'DISTRIBUTED';

export interface Machine extends StatesBlock {
  readonly Comment?: string;
  /** Seconds after which the execution ends as TIMED_OUT. */
  readonly TimeoutSeconds?: number;
}

export const machineSchema = z.strictObject({
  ...statesBlock,
  Version: z.literal('1.0').optional(),
  QueryLanguage: common.QueryLanguage,
  TimeoutSeconds: z.number().int().min(1).max(MOST_SECONDS).optional(),
  States: z.record(z.string(), state),
});
