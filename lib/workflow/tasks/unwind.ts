import { z } from 'zod';
import { Lease } from '../documents/run.ts';
import { lambda } from '../task.ts';
import { Held, holdsLease, Nothing, readsLedger } from './lease.ts';

const opensSource = { sourceLogins: ['secretsmanager:GetSecretValue'] } as const;
const opensTarget = { targetLogins: ['secretsmanager:GetSecretValue'] } as const;
const readsRun = { runs: ['s3:GetObject'] } as const;

export const BeginUnwind = lambda({
  summary:
    'Takes the lease over from an execution that is not running any more, or continues it for the run that asks.',
  input: z.strictObject({ migration: z.string(), lease: Lease.optional(), execution: z.string() }),
  output: z.strictObject({
    lease: Lease,
    /** Whether the run changed anything besides the copy: services, logins, deployments, the gate or DNS. */
    changed: z.boolean(),
  }),
  throws: ['EffectInFlight', 'LeaseHeld', 'LeaseLost', 'PastPointOfNoReturn', 'ServiceUnavailable'],
  uses: { ledgers: ['s3:GetObject', 's3:PutObject', 's3:ListBucket'], holders: ['states:DescribeExecution'] },
  timeoutSeconds: 30,
});

export const StopWorkers = lambda({
  summary: 'Ends the dump task and the restore Job of the run, where they still run.',
  input: Held,
  output: Nothing,
  throws: ['LeaseLost', 'TargetNotFound', 'ServiceUnavailable'],
  uses: {
    ...readsLedger,
    workerCluster: ['ecs:ListTasks', 'ecs:StopTask'],
    targetClusters: ['eks:DescribeCluster'],
  },
  network: 'private',
  kubernetes: 'passage:launcher',
  timeoutSeconds: 60,
});

export const StopTarget = lambda({
  summary:
    'Closes the target: its deployments to the replicas they had, and its gate as it was once their pods are gone.',
  input: Held,
  output: Nothing,
  throws: ['LeaseLost', 'EffectInFlight', 'TargetNotFound', 'TargetStillRunning', 'ServiceUnavailable'],
  uses: { ...holdsLease, ...readsRun, targetClusters: ['eks:DescribeCluster'] },
  network: 'private',
  kubernetes: 'passage:operator',
  timeoutSeconds: 30,
});

export const RestoreDns = lambda({
  summary: 'Puts the record sets back as they were before the change.',
  input: Held,
  output: Nothing,
  throws: ['LeaseLost', 'EffectInFlight', 'ServiceUnavailable'],
  uses: {
    ...holdsLease,
    hostedZones: ['route53:ListResourceRecordSets', 'route53:ChangeResourceRecordSets'],
  },
  timeoutSeconds: 30,
});

export const UnfenceSource = lambda({
  summary: 'Undoes the fence of the source database exactly as it was saved.',
  input: Held,
  output: Nothing,
  throws: [
    'SourceUnreachable',
    'SourceLoginRefused',
    'PastPointOfNoReturn',
    'Fenced',
    'SecretUnavailable',
    'LeaseLost',
    'ServiceUnavailable',
  ],
  uses: { ...readsLedger, ...opensSource, ...readsRun },
  network: 'private',
  timeoutSeconds: 60,
});

export const StartSource = lambda({
  summary: 'Sets the source services back to their saved counts.',
  input: Held,
  output: Nothing,
  throws: ['LeaseLost', 'EffectInFlight', 'SourceNotFound', 'ServiceUnavailable'],
  uses: { ...holdsLease, sourceClusters: ['ecs:UpdateService'] },
  timeoutSeconds: 30,
});

export const DropCopy = lambda({
  summary:
    'Drops what this run restored: the scratch database, or the contents of the target before the point of no return.',
  input: Held,
  output: Nothing,
  throws: [
    'TargetUnreachable',
    'TargetLoginRefused',
    'PastPointOfNoReturn',
    'Fenced',
    'EffectInFlight',
    'SecretUnavailable',
    'LeaseLost',
    'ServiceUnavailable',
  ],
  uses: { ...holdsLease, ...opensTarget, ...readsRun },
  network: 'private',
  timeoutSeconds: 120,
});

export const EmptyStaging = lambda({
  summary: 'Deletes what the run staged, and the secrets that a rehearsal collected.',
  input: Held,
  output: z.strictObject({ deleted: z.int() }),
  throws: ['LeaseLost', 'ServiceUnavailable'],
  uses: {
    ...readsLedger,
    staging: ['s3:ListBucket', 's3:DeleteObject'],
    tokens: ['s3:ListBucket', 's3:DeleteObject'],
    rehearsalSecrets: ['secretsmanager:DeleteSecret'],
  },
  timeoutSeconds: 300,
});

export const ReleaseLease = lambda({
  summary: 'Gives the lease back; the next run may begin.',
  input: Held,
  output: Nothing,
  throws: ['LeaseLost', 'ServiceUnavailable'],
  uses: holdsLease,
  timeoutSeconds: 30,
});
