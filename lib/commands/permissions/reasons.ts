/** Why something is granted that no run on the sample needs. Reviewed: a line that a run disproves is to be removed. */
interface Reason {
  /** Roles and resources, by their short names. */
  readonly of: RegExp;
  readonly actions: readonly string[];
  /** Of these resources; of all where it says nothing. */
  readonly on?: RegExp;
  readonly because: string;
}

export const reasons: readonly Reason[] = [
  {
    of: /Role$/,
    actions: ['s3:ListBucket'],
    because:
      'Asked for only when an object is not there: with it S3 says so (404), without it that nobody may know (403), and a lost document would be told as a missing right.',
  },
  {
    of: /^TriggersacmeretoolJourneyEventsRole$/,
    actions: ['sts:AssumeRole', 'states:StartExecution'],
    because: 'A migration’s schedule starts its rehearsals at night; no local run lasts that long.',
  },
  {
    of: /^TakeLeaseRole$/,
    actions: ['states:DescribeExecution'],
    because:
      'Asked when another execution holds the migration, whether it still runs: test/lambdas/stale-lease.test.ts.',
  },
  {
    of: /^CollectSourceRole$/,
    actions: ['secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue'],
    because: 'Looks at what a try before this one has collected already: test/lambdas/collect-source.test.ts.',
  },
  {
    of: /^CollectSourceRole$/,
    actions: ['secretsmanager:DeleteSecret'],
    because: 'What a try before this one collected in vain: test/lambdas/collect-source.test.ts.',
  },
  {
    of: /^CollectSourceRole$/,
    actions: ['secretsmanager:PutSecretValue'],
    on: /rehearsals/,
    because: 'A second try of a rehearsal writes what its first has created: test/lambdas/collect-source.test.ts.',
  },
  {
    of: /Role$/,
    actions: ['s3:GetObject'],
    on: /\/runs\/\*$/,
    because:
      'A document is written once: a second try finds and reads that of the first. And the namespace, where only it was found.',
  },
  {
    of: /^(ReconcileRuns|BeginUnwind|RecordRehearsal)Role$/,
    actions: ['states:DescribeExecution', 'states:GetExecutionHistory'],
    on: /:execution:/,
    because: 'The executions of a run are those of all machines; which of them ran, only the run tells.',
  },
  {
    of: /^RetoolEcsToEksMachineRole$/,
    actions: ['states:StopExecution'],
    because: 'Stopping the journey stops the machine that it waits for, whichever it is: no run is stopped in each.',
  },
  {
    of: /^RequestApprovalMachineRole$/,
    actions: ['lambda:InvokeFunction'],
    on: /decide-approval$/,
    because: 'Decides once more when the time is up; a local run has people who decide at once.',
  },
  {
    of: /^(ReconcileRuns|OpenApproval)Role$/,
    actions: ['ses:SendEmail'],
    on: /identity\/.*@/,
    because: 'SES asks for the address where it is an identity, and for its domain where that is one, as the sample’s.',
  },
  {
    of: /^CollectMailRole$/,
    actions: ['ses:GetEmailIdentity'],
    on: /identity\/.*@/,
    because: 'Approvers are looked for only in the sandbox of SES, where each address must be verified.',
  },
  {
    of: /^InspectDatabasesRole$/,
    actions: ['rds:DescribePendingMaintenanceActions'],
    on: /cluster:\*$/,
    because: 'The sample’s servers are instances; those of Aurora are clusters.',
  },
  {
    of: /^(ProveFence|SealSource)Role$/,
    actions: ['secretsmanager:GetSecretValue'],
    on: /rehearsals/,
    because: 'Collected secrets are one thing; a fence is proved in a cutover, whose secrets are not a rehearsal’s.',
  },
  {
    of: /^ProveDnsRole$/,
    actions: ['route53:GetHostedZone'],
    because: 'Asks for the zone’s name servers where no resolvers are set; the simulated account sets its own.',
  },
  {
    of: /^WriteReportRole$/,
    actions: ['ses:SendEmail'],
    because: 'Mails the report of a rehearsal that a schedule started.',
  },
  {
    of: /^StopWorkersRole$/,
    actions: ['ecs:StopTask'],
    because: 'Ends a dump that outlives its machine: test/end-to-end/trouble.test.ts.',
  },
  {
    of: /^(Dump|Restore)DatabaseRole$/,
    actions: ['states:SendTaskFailure'],
    because: 'Tells by its declared name why a copy failed: test/copier/worker.test.ts.',
  },
  {
    of: /^key\//,
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
