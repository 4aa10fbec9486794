import { z } from 'zod';
import { lambda } from '../task.ts';
import { Held, readsLedger } from './lease.ts';

export const WriteFiles = lambda({
  summary:
    'Makes the files that a person needs of what was collected: Terraform and Helm values, logins, rights, secrets by name.',
  input: Held,
  output: z.strictObject({ document: z.string(), files: z.int() }),
  throws: ['ConfigurationInvalid', 'LeaseLost', 'ServiceUnavailable'],
  uses: { ...readsLedger, runs: ['s3:GetObject', 's3:PutObject', 's3:ListBucket'] },
  timeoutSeconds: 30,
});
