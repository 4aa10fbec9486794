import { z } from 'zod';
import { Boot } from './documents/boot.ts';
import { FileEntry } from './documents/files.ts';
import { SourceVariable } from './documents/findings.ts';
import { Drift, Grade, HistoryEntry, Interval, PredictedPart, Prediction } from './documents/measurement.ts';
import { Finding } from './documents/preflight.ts';
import { Mode, Subject } from './documents/run.ts';

const Instant = z.iso.datetime();
const Count = z.int().nonnegative();
const Seconds = z.number().nonnegative();

/** A state that was entered, with what ran inside it: a nested execution's states, or the branches of a Parallel. */
export const Step = z
  .strictObject({
    name: z.string(),
    startedAt: Instant,
    /** Null while it runs. */
    endedAt: Instant.nullable(),
    seconds: Seconds.describe('Until its end, or until the summary was written.'),
    status: z.enum(['done', 'failed', 'stopped', 'running']),
    get steps() {
      return z.array(Step);
    },
  })
  .meta({ id: 'Step' });
export type Step = z.infer<typeof Step>;

/** Time that would be spent by hand as well: data moved or proved, a side made still or ready, a person deciding. */
export const Work = z.strictObject({
  kind: z.enum(['dump', 'restore', 'proof', 'effect', 'waiting']),
  name: z.string(),
  from: Instant,
  to: Instant,
});
export type Work = z.infer<typeof Work>;

const Table = z.strictObject({
  table: z.string(),
  rows: Count.describe('On the source.'),
  rowsTarget: Count.nullable(),
  bytes: Count,
  seconds: Seconds,
  equal: z.boolean(),
});

const Approval = z.strictObject({
  subject: Subject,
  decision: z.enum(['approved', 'rejected', 'expired', 'open']),
  requester: z.string(),
  required: z.int().positive(),
  deadline: Instant,
  digest: z.string(),
  decidedAt: Instant.nullable(),
  votes: z.array(
    z.strictObject({ email: z.string(), decision: z.enum(['approve', 'reject']), at: Instant, comment: z.string() }),
  ),
});

const Freeze = z.strictObject({
  predicted: Interval.nullable(),
  decideSeconds: Seconds.nullable().describe('For which people may decide on “switch” besides, while nobody can work.'),
  /** What that prediction adds up; empty where there is none. */
  parts: z.array(
    PredictedPart.extend({
      measuredSeconds: Seconds.nullable().describe('In this cutover’s freeze, of a part that ended.'),
      grade: Grade.nullable(),
    }),
  ),
  samples: Prediction.shape.samples,
  method: Prediction.shape.method,
  from: Instant.nullable(),
  to: Instant.nullable().describe('Null while the freeze lasts.'),
  measuredSeconds: Seconds.nullable(),
  waitingSeconds: Seconds.nullable().describe('Of the measured seconds, those in which people decided.'),
  grade: Grade.nullable().describe(
    'The measured freeze without the time in which people decided, against the prediction.',
  ),
});

/** May we go? For whoever reads one sentence. */
const Readiness = z.strictObject({
  go: z.enum(['yes', 'not yet', 'no', 'done']).describe('Whether this run leaves nothing in the way of a cutover.'),
  sentence: z.string().describe('The answer, to be forwarded without the report.'),
  open: z
    .array(
      z.strictObject({
        kind: z.enum(['blocker', 'unbooted', 'unproved key', 'warning', 'unknown variable']),
        count: z.int().positive(),
        section: z.enum(['checks', 'variables', 'boot', 'left-out']).describe('Where the report tells more.'),
      }),
    )
    .describe(
      'What a person has to mend or to decide before a cutover, the gravest first; of a cutover that is done, what stood open when it began.',
    ),
  freshUntil: Instant.nullable().describe('A cutover is admitted on this rehearsal until then.'),
});

/** What becomes of a variable of the source; no value of what may be a secret. */
const Variable = SourceVariable.pick({
  name: true,
  services: true,
  fate: true,
  because: true,
  secret: true,
  value: true,
  agrees: true,
  collected: true,
}).extend({
  from: z.string().describe('`environment`, or ARN or name of the secret or parameter, as the task states it.'),
});

/** `runs/<run>/summary.json`: everything that the report, the terminal and chat say about a run. */
export const Summary = z.strictObject({
  schema: z.literal(1),
  verdict: z.enum(['checked', 'rehearsed', 'cut over', 'unwound', 'called off', 'failed']),
  headline: z.string(),
  readiness: Readiness,
  run: z.string(),
  migration: z.string(),
  mode: Mode,
  reason: z.string(),
  requester: z.string().nullable(),
  configurationDigest: z.string(),
  planDigest: z.string(),
  startedAt: Instant,
  writtenAt: Instant,
  seconds: Seconds,
  phases: z.array(Step),
  work: z.array(Work),
  checks: z.array(Finding),
  variables: z.array(Variable).describe('Of the source’s containers; empty where no application was looked at.'),
  tables: z.array(Table),
  differences: z.array(z.string()),
  catalog: z
    .strictObject({
      objects: Count.describe('Of the source’s catalog: tables, indexes, constraints, functions and so on.'),
      remarks: z.array(z.string()).describe('What differs in the catalog without being wrong.'),
    })
    .nullable(),
  totals: z
    .strictObject({
      rows: Count,
      bytes: Count,
      stagedBytes: Count.describe('What lay in staging, compressed.'),
      seconds: Seconds.describe('From the first byte read to the last row proved.'),
      bytesPerSecond: z.number().nonnegative(),
      proofShare: z.number().min(0).max(1).describe('Of the time that sessions had: counting and hashing.'),
    })
    .nullable(),
  boot: Boot.nullable().describe('What one backend of the target did on the copy; null where none was booted.'),
  approvals: z.array(Approval),
  freeze: Freeze,
  drift: Drift.nullable().describe('What changed since the last green rehearsal; null where there was none.'),
  history: z
    .array(HistoryEntry)
    .describe('Rehearsals and cutovers of this migration, the oldest first, this one included.'),
  overheadSeconds: z
    .strictObject({ rehearsal: Seconds.nullable(), freeze: Seconds.nullable() })
    .describe('Time inside the rehearsal, and inside the freeze, in which no work ran.'),
  workers: z.array(
    z.strictObject({
      worker: z.string(),
      cpuSeconds: Seconds.describe('Processor time of its process.'),
      peakBytes: Count,
      aimBytes: Count.describe('256 MB + twice the largest row.'),
    }),
  ),
  files: z.array(FileEntry).describe('Made of what was collected, for people, in the order in which they are used.'),
  survived: z.array(z.string()).describe('What went wrong during the run, and how it went on, in sentences.'),
  error: z
    .strictObject({
      name: z.string(),
      message: z.string(),
      state: z.string().nullable(),
      runbook: z.string().describe('Path and anchor of the section that says what to do.'),
    })
    .nullable(),
  leftOut: z.array(z.strictObject({ what: z.string(), because: z.string() })),
  next: z.array(z.string()),
});
export type Summary = z.infer<typeof Summary>;
