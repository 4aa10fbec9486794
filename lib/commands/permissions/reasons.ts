/** Why something is granted that no run on the sample needs. Reviewed: a line that a run disproves is to be removed. */
export interface Reason {
  /** Roles and resources, by their short names. */
  readonly of: RegExp;
  readonly actions: readonly string[];
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
    because: 'Looks at what a try before this one has collected already: test/lambdas/collect.test.ts.',
  },
  {
    of: /^CollectSourceRole$/,
    actions: ['secretsmanager:DeleteSecret'],
    because: 'What a try before this one collected in vain: test/lambdas/collect.test.ts.',
  },
  {
    of: /^CollectSourceRole$/,
    actions: ['kms:Decrypt'],
    because: 'For secrets under a key of the owner’s own, of which the sample has none.',
  },
  {
    of: /^(CheckTargetReady|OpenGate|StopTarget)Role$/,
    actions: ['s3:GetObject'],
    because: 'Reads the namespace that was found where the configuration names none; the sample’s names one.',
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
