import { z } from 'zod';
import { lambda } from '../task.ts';
import { Held, holdsLease, Nothing, readsLedger } from './lease.ts';

export const ProveTargetWrite = lambda({
  summary: "Signs in to the target's database as the application's pods do, and tries a write that is rolled back.",
  input: Held,
  output: Nothing,
  throws: [
    'TargetWriteRefused',
    'TargetUnreachable',
    'TargetLoginRefused',
    'TargetNotFound',
    'SecretUnavailable',
    'LeaseLost',
    'ServiceUnavailable',
  ],
  uses: {
    ...readsLedger,
    runs: ['s3:GetObject', 's3:PutObject'],
    targetLogins: ['secretsmanager:GetSecretValue'],
    targetClusters: ['eks:DescribeCluster'],
  },
  network: 'private',
  kubernetes: 'passage:reader',
  timeoutSeconds: 60,
});

export const StartTarget = lambda({
  summary: 'Closes the gate of the target and starts its deployments behind it.',
  input: Held,
  output: z.strictObject({ deployments: z.int() }),
  throws: ['TargetNotFound', 'LeaseLost', 'EffectInFlight', 'ServiceUnavailable'],
  uses: { ...holdsLease, runs: ['s3:GetObject'], targetClusters: ['eks:DescribeCluster'] },
  network: 'private',
  kubernetes: 'passage:operator',
  timeoutSeconds: 30,
});

export const CheckTargetReady = lambda({
  summary: 'Looks whether every deployment of the target has its replicas ready.',
  input: Held,
  output: Nothing,
  throws: ['TargetNotReady', 'TargetNotFound', 'LeaseLost', 'ServiceUnavailable'],
  uses: { ...readsLedger, runs: ['s3:GetObject'], targetClusters: ['eks:DescribeCluster'] },
  network: 'private',
  kubernetes: 'passage:reader',
  timeoutSeconds: 30,
});

export const ChangeDns = lambda({
  summary: 'Saves the record sets as they are, then points the name at the target in one batch.',
  input: Held,
  output: z.strictObject({ changeId: z.string() }),
  throws: ['ConfigurationInvalid', 'WorldChanged', 'LeaseLost', 'EffectInFlight', 'ServiceUnavailable'],
  uses: {
    ...holdsLease,
    hostedZones: ['route53:ListResourceRecordSets', 'route53:ChangeResourceRecordSets'],
  },
  timeoutSeconds: 30,
});

export const CheckDnsChange = lambda({
  summary: 'Looks whether Route 53 has distributed the change.',
  input: z.strictObject({ ...Held.shape, changeId: z.string() }),
  output: Nothing,
  throws: ['DnsNotInSync', 'LeaseLost', 'ServiceUnavailable'],
  uses: { dnsChanges: ['route53:GetChange'] },
  timeoutSeconds: 30,
});

export const ProveDns = lambda({
  summary: 'Asks the name servers and writes what they answered.',
  input: z.strictObject({ ...Held.shape, changeId: z.string() }),
  output: Nothing,
  throws: ['DnsNotSwitched', 'ConfigurationInvalid', 'LeaseLost', 'ServiceUnavailable'],
  uses: {
    ...readsLedger,
    runs: ['s3:GetObject', 's3:PutObject'],
    hostedZones: ['route53:GetHostedZone'],
    resolvers: [],
  },
  timeoutSeconds: 30,
});

export const SealSource = lambda({
  summary:
    'Proves the fence once more and seals the source: once the point of no return is written, only people open it, by hand.',
  input: Held,
  output: Nothing,
  throws: [
    'SourceUnreachable',
    'SourceLoginRefused',
    'FenceFailed',
    'Fenced',
    'SecretUnavailable',
    'LeaseLost',
    'ServiceUnavailable',
  ],
  uses: {
    ...readsLedger,
    runs: ['s3:GetObject'],
    sourceLogins: ['secretsmanager:GetSecretValue'],
    cutoverSecrets: ['secretsmanager:GetSecretValue'],
  },
  network: 'private',
  // It counts every table; fifteen minutes are the most that a function may take.
  timeoutSeconds: 900,
});

export const PassPointOfNoReturn = lambda({
  summary: 'Writes the point of no return into the ledger: the target is now the side that may be written.',
  input: Held,
  output: z.strictObject({ at: z.iso.datetime() }),
  throws: ['LeaseLost', 'ServiceUnavailable'],
  uses: holdsLease,
  timeoutSeconds: 30,
});

export const OpenGate = lambda({
  summary: 'Lets users reach the target.',
  input: Held,
  output: Nothing,
  throws: ['TargetNotFound', 'LeaseLost', 'EffectInFlight', 'ServiceUnavailable'],
  uses: { ...holdsLease, runs: ['s3:GetObject'], targetClusters: ['eks:DescribeCluster'] },
  network: 'private',
  kubernetes: 'passage:operator',
  timeoutSeconds: 30,
});
