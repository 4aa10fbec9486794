import { z } from 'zod';
import { CopierInput, CopierOutput } from '../../copier/contract.ts';
import { Lease } from '../documents/run.ts';
import { lambda, worker } from '../task.ts';
import { holdsLease, readsLedger } from './lease.ts';

/** `copy` names the database of the plan; Retool has one main database. */
export const Copying = z.strictObject({
  lease: Lease,
  copy: z.literal('main'),
  into: z.enum(['scratch', 'target']),
});

const readsAndWritesStaging = ['s3:GetObject', 's3:PutObject', 's3:ListBucket'] as const;

export const PrepareTarget = lambda({
  summary: 'Creates the database to restore into, with the fence row that carries the epoch.',
  input: Copying,
  output: z.strictObject({ dump: CopierInput, restore: CopierInput }),
  throws: [
    'TargetUnreachable',
    'TargetLoginRefused',
    'TargetOlder',
    'TargetNotEmpty',
    'TargetFull',
    'ConfigurationInvalid',
    'PastPointOfNoReturn',
    'Fenced',
    'EffectInFlight',
    'SecretUnavailable',
    'LeaseLost',
    'ServiceUnavailable',
  ],
  uses: {
    ...holdsLease,
    runs: ['s3:GetObject'],
    targetLogins: ['secretsmanager:GetSecretValue'],
    staging: [],
  },
  network: 'private',
  timeoutSeconds: 60,
});

export const DumpDatabase = worker({
  summary: 'Dumps the source under one exported snapshot, in parallel, into staging.',
  runsOn: 'fargate',
  input: CopierInput,
  output: CopierOutput,
  throws: [
    'SourceUnreachable',
    'SourceLoginRefused',
    'PoolerEndpoint',
    'SourceRightsMissing',
    'FieldTooLarge',
    'SourceKeepsChanging',
    'SnapshotLost',
    'DumpFailed',
    'CopyInProgress',
    'ChunkDamaged',
    'SecretUnavailable',
    'WorkerLost',
    'ServiceUnavailable',
  ],
  uses: {
    staging: readsAndWritesStaging,
    sourceLogins: ['secretsmanager:GetSecretValue'],
    copyCallbacks: ['states:SendTaskSuccess', 'states:SendTaskFailure', 'states:SendTaskHeartbeat'],
  },
  heartbeatSeconds: 45,
  timeoutSeconds: 86_400,
  memoryMegabytes: 2048,
  vcpu: 1,
});

export const RestoreDatabase = worker({
  summary: 'Restores what the dump has staged while it still runs, and hashes what arrived.',
  runsOn: 'pod',
  input: CopierInput,
  output: CopierOutput,
  throws: [
    'TargetUnreachable',
    'TargetLoginRefused',
    'PoolerEndpoint',
    'TargetOlder',
    'TargetRightsMissing',
    'TargetNotEmpty',
    'TargetFull',
    'RestoreFailed',
    'ChunkDamaged',
    'DumpAbandoned',
    'CopyInProgress',
    'Fenced',
    'SecretUnavailable',
    'WorkerLost',
    'ServiceUnavailable',
  ],
  uses: {
    staging: readsAndWritesStaging,
    targetLogins: ['secretsmanager:GetSecretValue'],
    copyCallbacks: ['states:SendTaskSuccess', 'states:SendTaskFailure', 'states:SendTaskHeartbeat'],
  },
  heartbeatSeconds: 45,
  timeoutSeconds: 86_400,
  memoryMegabytes: 2048,
  vcpu: 1,
});

export const StartRestore = lambda({
  summary: 'Creates the Kubernetes Job that restores; the Job answers the callback itself.',
  input: z.strictObject({ lease: Lease, token: z.string(), worker: CopierInput }),
  output: z.strictObject({ job: z.string() }),
  throws: ['TargetNotFound', 'ConfigurationInvalid', 'LeaseLost', 'EffectInFlight', 'ServiceUnavailable'],
  uses: {
    ...holdsLease,
    targetClusters: ['eks:DescribeCluster'],
    workerImage: [],
  },
  network: 'private',
  kubernetes: 'passage:launcher',
  timeoutSeconds: 30,
});

export const CompareCopy = lambda({
  summary: 'Compares what was read with what arrived, table by table, and writes the proof.',
  input: z.strictObject({ ...Copying.shape, dump: CopierOutput, restore: CopierOutput }),
  output: z.strictObject({ document: z.string(), tables: z.int(), rows: z.int(), bytes: z.int() }),
  throws: ['DataDiffers', 'ChunkDamaged', 'LeaseLost', 'ServiceUnavailable'],
  uses: { ...readsLedger, runs: ['s3:GetObject', 's3:PutObject'], staging: ['s3:GetObject', 's3:ListBucket'] },
  timeoutSeconds: 120,
});
