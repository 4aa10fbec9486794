import { z } from 'zod';
import { Lease, Subject } from '../documents/run.ts';
import { lambda } from '../task.ts';
import { readsLedger } from './lease.ts';

const Asking = z.strictObject({ lease: Lease, subject: Subject });
/** API Gateway's HTTP API, payload format 2.0: what the pages read of it. */
const HttpEvent = z.looseObject({
  requestContext: z.looseObject({ http: z.looseObject({ method: z.string() }) }),
  pathParameters: z.record(z.string(), z.string()).optional(),
  body: z.string().optional(),
  isBase64Encoded: z.boolean().optional(),
});
const HttpAnswer = z.strictObject({
  statusCode: z.int(),
  headers: z.record(z.string(), z.string()),
  body: z.string(),
});

export const OpenApproval = lambda({
  summary:
    'Writes what is to be decided, keeps the callback token encrypted, and sends each approver a link of their own.',
  input: z.strictObject({
    lease: Lease,
    subject: Subject,
    seconds: z.int().positive(),
    /** How often the journey was redriven. */
    redriven: z.int().nonnegative(),
    token: z.string(),
  }),
  output: z.strictObject({ approval: z.string() }),
  throws: [
    'RequesterUnknown',
    'QuorumImpossible',
    'OutsideWindow',
    'ConfigurationInvalid',
    'LeaseLost',
    'ServiceUnavailable',
  ],
  uses: {
    ...readsLedger,
    runs: ['s3:GetObject', 's3:ListBucket'],
    requesters: ['s3:GetObject', 's3:ListBucket'],
    requests: ['s3:GetObject', 's3:PutObject', 's3:ListBucket'],
    tokens: ['s3:PutObject'],
    tokenKey: ['kms:Encrypt'],
    mail: ['ses:SendEmail'],
    approvalPages: [],
  },
  timeoutSeconds: 30,
});

export const ShowApproval = lambda({
  summary: 'Shows what is to be decided. Decides nothing, whatever the method.',
  input: HttpEvent,
  output: HttpAnswer,
  throws: ['ServiceUnavailable'],
  uses: {
    requests: ['s3:GetObject', 's3:ListBucket'],
    votes: ['s3:GetObject', 's3:ListBucket'],
    outcomes: ['s3:GetObject', 's3:ListBucket'],
  },
  timeoutSeconds: 15,
});

export const CastVote = lambda({
  summary: 'Takes one vote of one approver: an explicit POST with the typed phrase and the digest that was shown.',
  input: HttpEvent,
  output: HttpAnswer,
  throws: ['ServiceUnavailable'],
  uses: {
    requests: ['s3:GetObject', 's3:ListBucket'],
    votes: ['s3:GetObject', 's3:PutObject', 's3:ListBucket'],
    outcomes: ['s3:GetObject', 's3:ListBucket'],
  },
  timeoutSeconds: 15,
});

export const DecideApproval = lambda({
  summary:
    'Counts votes, writes the outcome once and answers the callback; called per vote, at the deadline and every minute.',
  input: z.union([
    /** At the deadline, from the machine that waits. */
    z.strictObject({ approval: z.string() }),
    /** A vote or an outcome was written. */
    z.looseObject({ detail: z.looseObject({ object: z.looseObject({ key: z.string() }) }) }),
    /** Every minute: whatever is still open. */
    z.strictObject({ every: z.literal('minute') }),
  ]),
  output: z.strictObject({ decided: z.array(z.string()) }),
  throws: ['ServiceUnavailable'],
  uses: {
    requests: ['s3:GetObject', 's3:ListBucket'],
    votes: ['s3:GetObject', 's3:ListBucket'],
    outcomes: ['s3:GetObject', 's3:PutObject', 's3:ListBucket'],
    tokens: ['s3:GetObject', 's3:DeleteObject', 's3:ListBucket'],
    tokenKey: ['kms:Decrypt'],
    approvalCallbacks: ['states:SendTaskSuccess'],
  },
  timeoutSeconds: 30,
});

export const ReadApproval = lambda({
  summary: 'Reads request, votes, outcome and evidence again and recomputes identity, quorum, deadline and digest.',
  input: Asking,
  output: z.strictObject({ approval: z.string(), by: z.array(z.string()) }),
  throws: ['ApprovalRejected', 'ApprovalExpired', 'ApprovalForged', 'LeaseLost', 'ServiceUnavailable'],
  uses: {
    ...readsLedger,
    configurations: [],
    runs: ['s3:GetObject', 's3:ListBucket'],
    requesters: ['s3:GetObject', 's3:ListBucket'],
    requests: ['s3:GetObject', 's3:ListBucket'],
    votes: ['s3:GetObject', 's3:ListBucket'],
    outcomes: ['s3:GetObject', 's3:ListBucket'],
  },
  timeoutSeconds: 30,
});
