import type { ErrorName } from '../../lib/workflow/errors.ts';
import type { Input, LambdaName, Output, TaskName, Tasks } from '../../lib/workflow/registry.ts';

/** Failures of Lambda itself, which every definition retries. */
export type PlatformFailure =
  | 'Lambda.ServiceException'
  | 'Lambda.AWSLambdaException'
  | 'Lambda.SdkClientException'
  | 'Lambda.TooManyRequestsException';

/** What a task may fail with: what it declares, what every task may, and what its platform may. */
export type FailureOf<K extends TaskName> =
  | Tasks[K]['throws'][number]
  | 'InvalidInput'
  | 'InvalidOutput'
  | (K extends LambdaName ? PlatformFailure : never);

interface Returns<O> {
  readonly kind: 'returns';
  readonly output: O;
}

interface Fails<E extends string> {
  readonly kind: 'fails';
  readonly error: E;
  readonly message: string;
}

/** A worker that reports so many times, 10 s apart, and is never heard of again. */
interface Vanishes {
  readonly kind: 'vanishes';
  readonly beats: number;
}

/** A question to people: the callback is answered by somebody else after so many seconds, or never. */
interface Asks<O> {
  readonly kind: 'asks';
  readonly output: O;
  readonly answeredAfter: number | 'never';
}

/** A task as a test plays it: it can return or fail with nothing that its registration forbids. */
export type Fake<K extends TaskName> =
  | Returns<Output<K>>
  | Fails<FailureOf<K>>
  | (K extends LambdaName ? Asks<Output<K>> : Vanishes);

/** A fake whose task is known only at run time. */
export type AnyFake = Returns<unknown> | Fails<string> | Vanishes | Asks<unknown>;

/** One answer for every call, or one for each call in their order. */
export type Script<K extends TaskName> =
  | Fake<K>
  | readonly [Fake<K>, ...Fake<K>[]]
  | ((input: Input<K>, call: number) => Fake<K>);

export type Scripts = { readonly [K in TaskName]: Script<K> };

export const returns = <O>(output: O): Returns<O> => ({ kind: 'returns', output });
export const fails = <const E extends ErrorName | PlatformFailure>(
  error: E,
  message = `${error} was played.`,
): Fails<E> => ({ kind: 'fails', error, message });
export const vanishes = (beats: number): Vanishes => ({ kind: 'vanishes', beats });
export const asks = <O>(output: O, answeredAfter: number | 'never'): Asks<O> => ({
  kind: 'asks',
  output,
  answeredAfter,
});

export const lease = { migration: 'acme-retool', run: 'autumn', epoch: 3 };
export const at = '2026-03-01T10:00:00.000Z';

const copied = { manifest: 'runs/autumn/manifest.json', tables: 2, rows: 30, bytes: 4000, seconds: 1 };
const copier = {
  run: lease.run,
  epoch: lease.epoch,
  copy: 'main',
  staging: { bucket: 'staging', prefix: 'runs/autumn/main-scratch-3' },
  lockKey: 'target:5432/retool',
  source: { secretArn: 'arn:source' },
  heartbeatSeconds: 10,
};
const nothing = returns({});
const wrote = (document: string) => returns({ document });

/** Every task as it goes on a good day. */
export const goodDay: Scripts = {
  TakeLease: ({ request }) =>
    returns({ lease, mode: request.mode, level: request.level ?? 'boot', decide: { go: 3600, switch: 1800 } }),
  AdmitCutover: returns({ rehearsal: 'monday' }),
  RecordRequester: nothing,
  ReconcileRuns: returns({ started: [], called: [] }),
  CollectSource: wrote('source'),
  CollectTarget: wrote('target'),
  CollectDns: wrote('dns'),
  CollectMail: wrote('mail'),
  InspectDatabases: wrote('databases'),
  WriteFiles: returns({ document: 'files', files: 8 }),
  RunPreflight: returns({ document: 'preflight', warnings: 0 }),
  PrepareTarget: returns({
    dump: { ...copier, workers: 2 },
    restore: { ...copier, workers: 4, target: { secretArn: 'arn:target', database: 'scratch' } },
  }),
  DumpDatabase: returns(copied),
  StartRestore: returns({ job: 'restore-autumn' }),
  RestoreDatabase: returns(copied),
  CompareCopy: returns({ document: 'copy-main', tables: 2, rows: 30, bytes: 4000 }),
  StartBoot: nothing,
  CheckBoot: nothing,
  MeasureBoot: nothing,
  StopBoot: nothing,
  OpenApproval: ({ lease: { run }, subject }) => asks({ approval: `${run}-${subject}` }, 60),
  ShowApproval: returns({ statusCode: 200, headers: {}, body: '' }),
  CastVote: returns({ statusCode: 303, headers: {}, body: '' }),
  DecideApproval: returns({ decided: [] }),
  ReadApproval: ({ lease: { run }, subject }) => returns({ approval: `${run}-${subject}`, by: ['bob@example.com'] }),
  StopSource: returns({ services: 3 }),
  CheckSourceStopped: nothing,
  FenceSource: nothing,
  ProveFence: nothing,
  ProveTargetWrite: nothing,
  StartTarget: returns({ deployments: 3 }),
  CheckTargetReady: nothing,
  ChangeDns: returns({ changeId: 'C1' }),
  CheckDnsChange: nothing,
  ProveDns: nothing,
  SealSource: nothing,
  PassPointOfNoReturn: returns({ at }),
  OpenGate: nothing,
  BeginUnwind: returns({ lease, changed: true }),
  StopWorkers: nothing,
  StopTarget: nothing,
  RestoreDns: nothing,
  UnfenceSource: nothing,
  StartSource: nothing,
  DropCopy: nothing,
  EmptyStaging: returns({ deleted: 9 }),
  ReleaseLease: nothing,
  RecordRehearsal: wrote('rehearsal'),
  WriteReport: returns({ report: 'runs/autumn/report.html', summary: 'runs/autumn/summary.json' }),
};
