import { z } from 'zod';
import { Level } from '../documents/boot.ts';
import { Lease, Mode } from '../documents/run.ts';
import { lambda } from '../task.ts';

/** What starts a journey, in the AWS console or from the command line. */
export const JourneyInput = z.strictObject({
  migration: z.string().min(1),
  mode: Mode,
  /** Why now: it stands in the report and on the approval pages. */
  reason: z.string().min(1).max(500),
  /** Leave a rehearsal's scratch database for people to look at. */
  keep: z.boolean().optional(),
  /** Send the report's text to the approvers at the end, as runs that nobody started do. */
  mail: z.boolean().optional(),
  /** Of a rehearsal: `boot` unless given, and `copy` where no application is configured. */
  level: Level.optional(),
});
export type JourneyInput = z.infer<typeof JourneyInput>;

/** What every task of a run is told. */
export const Held = z.strictObject({ lease: Lease });
/** What every task of machine `preflight` is told: also, which look it is. */
export const Looking = Held.extend({ look: z.enum(['first', 'last']) });
export const Nothing = z.strictObject({});

/** Reading and compare-and-swapping the ledger; what every effect needs. */
export const holdsLease = { ledgers: ['s3:GetObject', 's3:PutObject'] } as const;

/** Reading the ledger and the configuration, for a task that changes nothing in them. */
export const readsLedger = { ledgers: ['s3:GetObject'] } as const;

export const TakeLease = lambda({
  summary: 'Takes the lease of a migration, fixes its configuration by digest and writes the plan.',
  input: z.strictObject({
    /** What the execution was started with. */
    request: JourneyInput,
    execution: z.string().min(1),
    startedAt: z.iso.datetime(),
  }),
  output: z.strictObject({
    lease: Lease,
    mode: Mode,
    level: Level,
    /** Seconds that an approval stays open, by subject. */
    decide: z.strictObject({ go: z.int(), switch: z.int() }),
  }),
  throws: ['ConfigurationInvalid', 'LeaseHeld', 'ServiceUnavailable'],
  uses: {
    ledgers: ['s3:GetObject', 's3:PutObject', 's3:ListBucket'],
    runs: ['s3:GetObject', 's3:PutObject', 's3:ListBucket'],
    configurations: ['ssm:GetParameter'],
  },
  timeoutSeconds: 30,
});

export const AdmitCutover = lambda({
  summary: 'Admits a cutover only after a green, fresh rehearsal of the same plan.',
  input: Held,
  output: z.strictObject({ rehearsal: z.string() }),
  throws: ['RehearsalMissing', 'OutsideWindow', 'LeaseLost', 'ServiceUnavailable'],
  uses: { ...holdsLease, runs: ['s3:GetObject', 's3:PutObject', 's3:ListBucket'] },
  timeoutSeconds: 30,
});

export const RecordRequester = lambda({
  summary: 'Writes down which principal started an execution, as CloudTrail saw it.',
  input: z.looseObject({
    detail: z.looseObject({
      eventName: z.literal('StartExecution'),
      userIdentity: z.looseObject({ arn: z.string() }),
      responseElements: z.looseObject({ executionArn: z.string() }).nullable(),
      eventTime: z.string(),
    }),
  }),
  output: Nothing,
  throws: ['ServiceUnavailable'],
  uses: { requesters: ['s3:PutObject'] },
  timeoutSeconds: 30,
});

export const ReconcileRuns = lambda({
  summary:
    'Starts unwind for every lease whose execution is not running, each minute and by event; calls people when unwind itself fails.',
  input: z.looseObject({
    /** The status change that woke it; absent at the minute. */
    detail: z
      .looseObject({ stateMachineArn: z.string(), status: z.string(), input: z.string(), cause: z.string().nullish() })
      .optional(),
  }),
  output: z.strictObject({ started: z.array(z.string()), called: z.array(z.string()) }),
  throws: ['ServiceUnavailable'],
  uses: {
    ledgers: ['s3:GetObject', 's3:ListBucket'],
    runs: ['s3:GetObject', 's3:PutObject', 's3:ListBucket'],
    holders: ['states:DescribeExecution'],
    unwindMachine: ['states:StartExecution'],
    mail: ['ses:SendEmail'],
  },
  timeoutSeconds: 60,
});
