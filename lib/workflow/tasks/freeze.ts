import { z } from 'zod';
import { lambda } from '../task.ts';
import { Held, holdsLease, Nothing, readsLedger } from './lease.ts';

const opensSource = { sourceLogins: ['secretsmanager:GetSecretValue'] } as const;

export const StopSource = lambda({
  summary: 'Saves the desired counts of the source services, then sets them to zero.',
  input: Held,
  output: z.strictObject({ services: z.int() }),
  throws: ['SourceNotFound', 'LeaseLost', 'EffectInFlight', 'PastPointOfNoReturn', 'ServiceUnavailable'],
  uses: {
    ...holdsLease,
    runs: ['s3:GetObject'],
    sourceClusters: ['ecs:DescribeServices', 'ecs:UpdateService'],
  },
  timeoutSeconds: 30,
});

export const CheckSourceStopped = lambda({
  summary: 'Looks whether any task of the source services still runs.',
  input: Held,
  output: Nothing,
  throws: ['SourceStillRunning', 'SourceNotFound', 'LeaseLost', 'ServiceUnavailable'],
  uses: { ...readsLedger, runs: ['s3:GetObject'], sourceClusters: ['ecs:DescribeServices'] },
  timeoutSeconds: 30,
});

export const FenceSource = lambda({
  summary: 'Saves and locks the logins of the source database and ends its sessions.',
  input: Held,
  output: Nothing,
  throws: [
    'SourceUnreachable',
    'SourceLoginRefused',
    'FenceFailed',
    'Fenced',
    'SecretUnavailable',
    'LeaseLost',
    'EffectInFlight',
    'PastPointOfNoReturn',
    'ServiceUnavailable',
  ],
  uses: { ...holdsLease, ...opensSource, runs: ['s3:GetObject'] },
  network: 'private',
  timeoutSeconds: 60,
});

export const ProveFence = lambda({
  summary: 'Attacks the fence with every known credential and writes what happened.',
  input: Held,
  output: Nothing,
  throws: [
    'SourceUnreachable',
    'SourceLoginRefused',
    'FenceFailed',
    'SecretUnavailable',
    'LeaseLost',
    'ServiceUnavailable',
  ],
  uses: {
    ...holdsLease,
    ...opensSource,
    runs: ['s3:GetObject', 's3:PutObject'],
    cutoverSecrets: ['secretsmanager:GetSecretValue'],
  },
  network: 'private',
  // It counts every table; fifteen minutes are the most that a function may take.
  timeoutSeconds: 900,
});
