/**
 * Why something is granted that no run on the sample needs: of exactly these roles, actions and resources, so that no
 * other grant hides behind it. Reviewed: what a run disproves, or what is not granted any more, is to be removed.
 */
export interface Reason {
  /** Roles, or the resource whose policy it is, by their logical ids. */
  readonly of: readonly string[];
  readonly actions: readonly string[];
  /** Resources as the statements name them: `EvidenceBucket/runs/*`; `*` where a trust or key policy names none. */
  readonly on: readonly string[];
  /** Whom a resource's policy allows it. */
  readonly to?: unknown;
  /** The condition of the statement. */
  readonly under?: unknown;
  readonly because: string;
}

const secret = (name: string) => `secretsmanager:secret:passage/acme-retool/${name}`;
const identity = (name: string) => `ses:identity/${name}`;
const executions = (machine: string) => `states:execution:passage-${machine}:*`;
/** Of a task that reads objects which may not be there. */
const maybeMissing = (...prefixes: readonly string[]) => ({ StringLikeIfExists: { 's3:prefix': prefixes } });

export const reasons: readonly Reason[] = [
  {
    of: ['AdmitCutoverRole'],
    actions: ['s3:ListBucket'],
    on: ['EvidenceBucket'],
    under: maybeMissing('runs/*'),
    because: 'Is told that a run has left no prediction (404), as one of a migration without measurements.',
  },
  {
    of: ['BeginUnwindRole'],
    actions: ['s3:ListBucket'],
    on: ['EvidenceBucket'],
    under: maybeMissing('migrations/*'),
    because: 'Whoever unwinds by hand may name a migration that has never run, and is told so.',
  },
  {
    of: ['MeasureBootRole'],
    actions: ['s3:ListBucket'],
    on: ['StagingBucket'],
    under: maybeMissing('runs/*'),
    because: 'Is told that nothing was seen of the memory before (404), where the cluster has no metrics.',
  },
  {
    of: ['CollectTargetRole', 'CollectMailRole', 'CompareCopyRole', 'ProveDnsRole'],
    actions: ['s3:GetObject'],
    on: ['EvidenceBucket/runs/*'],
    because: 'A document is written once: a second try finds and reads that of the first.',
  },
  {
    of: ['CheckTargetReadyRole', 'OpenGateRole', 'StopTargetRole'],
    actions: ['s3:GetObject'],
    on: ['EvidenceBucket/runs/*'],
    because: 'Reads in which namespace the application was found, where the configuration names none.',
  },
  {
    of: ['ReconcileRunsRole'],
    actions: ['s3:GetObject', 's3:PutObject'],
    on: ['EvidenceBucket/runs/*'],
    because: 'Writes down that people were called, and reads it: test/lambdas/unwind.test.ts.',
  },
  {
    of: ['ReconcileRunsRole'],
    actions: ['ses:SendEmail'],
    on: [identity('passage@example.com'), identity('example.com')],
    because: 'Calls people when an unwinding has failed: test/lambdas/unwind.test.ts.',
  },
  {
    of: ['BeginUnwindRole'],
    actions: ['states:DescribeExecution'],
    on: [executions('unwind')],
    because: 'Takes over from an unwinding that has failed: test/lambdas/unwind.test.ts.',
  },
  {
    of: ['CollectSourceRole'],
    actions: ['secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue'],
    on: [secret('collected/*'), secret('rehearsals/*')],
    because: 'Looks at what a try before this one has collected already: test/lambdas/collect-source.test.ts.',
  },
  {
    of: ['CollectSourceRole'],
    actions: ['secretsmanager:DeleteSecret'],
    on: [secret('rehearsals/*')],
    because: 'What a try before this one collected in vain: test/lambdas/collect-source.test.ts.',
  },
  {
    of: ['CollectSourceRole'],
    actions: ['secretsmanager:PutSecretValue'],
    on: [secret('rehearsals/*')],
    because: 'A second try of a rehearsal writes what its first has created: test/lambdas/collect-source.test.ts.',
  },
  {
    of: ['OpenApprovalRole'],
    actions: ['ses:SendEmail'],
    on: [identity('passage@example.com')],
    because: 'SES asks for the address where it is an identity, and for its domain where that is one, as the sample’s.',
  },
  {
    of: ['WriteReportRole'],
    actions: ['ses:SendEmail'],
    on: [identity('passage@example.com'), identity('example.com')],
    because: 'Mails the report of a rehearsal that a schedule started.',
  },
  {
    of: ['CollectMailRole'],
    actions: ['ses:GetEmailIdentity'],
    on: ['alice', 'bob', 'carol'].map((name) => identity(`${name}@example.com`)),
    because: 'Approvers are looked for only in the sandbox of SES, where each address must be verified.',
  },
  {
    of: ['InspectDatabasesRole'],
    actions: ['rds:DescribePendingMaintenanceActions'],
    on: ['rds:cluster:*'],
    because: 'The sample’s servers are instances; those of Aurora are clusters.',
  },
  {
    of: ['ProveDnsRole'],
    actions: ['route53:GetHostedZone'],
    on: ['arn:aws:route53:::hostedzone/Z0ACMEEXAMPLE'],
    because: 'Asks for the zone’s name servers where no resolvers are set; the simulated account sets its own.',
  },
  {
    of: ['StopWorkersRole'],
    actions: ['ecs:StopTask'],
    on: ['ecs:task/passage-workers/*'],
    under: { ArnEquals: { 'ecs:cluster': 'arn:aws:ecs:eu-west-1:123456789012:cluster/passage-workers' } },
    because: 'Ends a dump that outlives its machine: test/end-to-end/trouble.test.ts.',
  },
  {
    of: ['DumpDatabaseRole', 'RestoreDatabaseRole'],
    actions: ['states:SendTaskFailure'],
    on: ['states:stateMachine:passage-copy-database'],
    because: 'Tells by its declared name why a copy failed: test/copier/worker.test.ts.',
  },
  {
    of: ['RetoolEcsToEksMachineRole'],
    actions: ['states:StopExecution'],
    on: ['boot-target', 'copy-database', 'freeze', 'preflight', 'request-approval', 'unwind'].map(executions),
    because: 'Stopping the journey stops the machine that it waits for, whichever it is: no run is stopped in each.',
  },
  {
    of: ['RequestApprovalMachineRole'],
    actions: ['lambda:InvokeFunction'],
    on: ['lambda:function:passage-decide-approval'],
    because: 'Decides once more when the time is up; a local run has people who decide at once.',
  },
  {
    of: ['TriggersacmeretoolJourneyEventsRole'],
    actions: ['states:StartExecution'],
    on: ['states:stateMachine:passage-retool-ecs-to-eks'],
    because: 'A migration’s schedule starts its rehearsals at night; no local run lasts that long.',
  },
  {
    of: ['TriggersacmeretoolJourneyEventsRole'],
    actions: ['sts:AssumeRole'],
    on: ['*'],
    to: { Service: 'events.amazonaws.com' },
    because: 'A migration’s schedule starts its rehearsals with it.',
  },
  {
    of: ['TokenKey'],
    actions: [
      'kms:CancelKeyDeletion',
      'kms:Describe*',
      'kms:Disable*',
      'kms:Enable*',
      'kms:Get*',
      'kms:List*',
      'kms:PutKeyPolicy',
      'kms:ScheduleKeyDeletion',
      'kms:TagResource',
      'kms:UntagResource',
      'kms:Update*',
    ],
    on: ['*'],
    to: { AWS: 'arn:aws:iam::123456789012:root' },
    because: 'Keeping the key is the account’s: KMS refuses a policy after which nobody could change it.',
  },
];

/**
 * Actions that the service reference lists without a resource though AWS does hold them to one: a task token's is the
 * state machine that handed it out, and CDK's `grantTaskResponse` grants them so.
 */
export const UNKNOWN_TO_THE_DATA: ReadonlySet<string> = new Set([
  'states:SendTaskSuccess',
  'states:SendTaskFailure',
  'states:SendTaskHeartbeat',
]);
