import { z } from 'zod';
import { Lease } from '../documents/run.ts';
import { lambda } from '../task.ts';
import { Held, holdsLease } from './lease.ts';

export const RecordRehearsal = lambda({
  summary: 'Writes what the rehearsal measured and predicts the freeze from it.',
  input: Held,
  output: z.strictObject({ document: z.string() }),
  throws: ['LeaseLost', 'ServiceUnavailable'],
  uses: {
    ...holdsLease,
    runs: ['s3:GetObject', 's3:PutObject', 's3:ListBucket'],
    measurements: ['s3:GetObject', 's3:PutObject', 's3:ListBucket'],
    rehearsalExecutions: ['states:DescribeExecution', 'states:GetExecutionHistory'],
  },
  timeoutSeconds: 30,
});

export const WriteReport = lambda({
  summary:
    'Writes report.html, report.txt and summary.json of a run from its evidence and its execution history; mails the text where the run is to.',
  input: z.strictObject({ lease: Lease }),
  output: z.strictObject({ report: z.string(), summary: z.string() }),
  throws: ['ServiceUnavailable'],
  uses: {
    ledgers: ['s3:GetObject'],
    measurements: ['s3:GetObject', 's3:PutObject', 's3:ListBucket'],
    runs: ['s3:GetObject', 's3:PutObject', 's3:ListBucket'],
    requesters: ['s3:GetObject', 's3:ListBucket'],
    requests: ['s3:GetObject', 's3:ListBucket'],
    votes: ['s3:GetObject', 's3:ListBucket'],
    outcomes: ['s3:GetObject', 's3:ListBucket'],
    executions: ['states:DescribeExecution', 'states:GetExecutionHistory'],
    mail: ['ses:SendEmail'],
  },
  timeoutSeconds: 60,
});
