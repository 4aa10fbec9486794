import { lambda } from '../task.ts';
import { Held, holdsLease, Nothing, readsLedger } from './lease.ts';

const inCluster = { targetClusters: ['eks:DescribeCluster'] } as const;
/** What was seen of the booted backend's memory. */
const keepsSamples = ['s3:GetObject', 's3:PutObject', 's3:ListBucket'] as const;

export const StartBoot = lambda({
  summary: 'Creates the one pod that boots a backend of the target on the scratch database.',
  input: Held,
  output: Nothing,
  throws: [
    'BootFailed',
    'ConfigurationInvalid',
    'TargetNotFound',
    'TargetUnreachable',
    'TargetLoginRefused',
    'SecretUnavailable',
    'LeaseLost',
    'EffectInFlight',
    'ServiceUnavailable',
  ],
  uses: {
    ...holdsLease,
    ...inCluster,
    runs: ['s3:GetObject'],
    targetLogins: ['secretsmanager:GetSecretValue'],
  },
  network: 'private',
  kubernetes: 'passage:boot',
  timeoutSeconds: 30,
});

export const CheckBoot = lambda({
  summary: 'Looks whether the booted backend is healthy, why not, and how much memory it uses meanwhile.',
  input: Held,
  output: Nothing,
  throws: ['BootNotReady', 'BootFailed', 'MigrationFailed', 'TargetNotFound', 'LeaseLost', 'ServiceUnavailable'],
  uses: { ...readsLedger, ...inCluster, staging: keepsSamples },
  network: 'private',
  kubernetes: 'passage:boot',
  timeoutSeconds: 30,
});

export const MeasureBoot = lambda({
  summary: 'Writes what the booted backend did: migrations, health, the key it encrypts with, boot time and memory.',
  input: Held,
  output: Nothing,
  throws: [
    'BootNotReady',
    'BootFailed',
    'EncryptionKeyRefused',
    'TargetNotFound',
    'TargetUnreachable',
    'TargetLoginRefused',
    'SecretUnavailable',
    'LeaseLost',
    'ServiceUnavailable',
  ],
  uses: {
    ...readsLedger,
    ...inCluster,
    runs: ['s3:GetObject', 's3:PutObject'],
    staging: keepsSamples,
    targetLogins: ['secretsmanager:GetSecretValue'],
    apiTokens: ['secretsmanager:GetSecretValue'],
  },
  network: 'private',
  kubernetes: 'passage:boot',
  timeoutSeconds: 60,
});

export const StopBoot = lambda({
  summary: 'Removes the booted backend of the run, and returns once it is gone.',
  input: Held,
  output: Nothing,
  throws: ['LeaseLost', 'EffectInFlight', 'TargetNotFound', 'ServiceUnavailable'],
  uses: { ...holdsLease, ...inCluster },
  network: 'private',
  kubernetes: 'passage:boot',
  timeoutSeconds: 30,
});
