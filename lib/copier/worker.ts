import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SFNClient } from '@aws-sdk/client-sfn';
import { z } from 'zod';
import { secretsManager } from '../adapters/secrets.ts';
import { WorkflowError } from '../workflow/errors.ts';
import { openDatabase } from './aws/database.ts';
import { patience, S3Staging } from './aws/s3-staging.ts';
import { StepFunctionsCallback } from './aws/step-functions-callback.ts';
import { systemClock as clock } from './clock.ts';
import { CopierInput, type CopierOutput, type Role, roles } from './contract.ts';
import { dump } from './dump/dump.ts';
import { Incidents } from './incidents.ts';
import { perform } from './perform.ts';
import type { Log } from './ports.ts';
import { restore } from './restore/restore.ts';

/**
 * The container's entry: `node worker.mjs <role>`, in Fargate, in a pod and on one machine. Its task token and input
 * come in the environment; it answers to Step Functions and exits, 0 when its success was delivered.
 */

/** A call that hangs must not cost the heartbeat: three tries of 10 s fit into any HeartbeatSeconds of 45 and more. */
const small = { requestHandler: { connectionTimeout: 5_000, requestTimeout: 10_000, throwOnRequestTimeout: true } };
/** A body may pause as long as the database at its other end does. */
const streaming = { requestHandler: { connectionTimeout: 5_000, socketTimeout: 120_000 } };

const [, , role] = process.argv;
const log: Log = (event, fields) =>
  console.log(JSON.stringify({ at: new Date(clock.now()).toISOString(), role, event, ...fields }));

/** The environment is emptied of both at once, so that no child process and no crash report sees them. */
function take(name: string): string | undefined {
  const value = process.env[name];
  delete process.env[name];
  return value;
}

function readInput(text = ''): CopierInput {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new WorkflowError('InvalidInput', 'PASSAGE_TASK_INPUT is not JSON.');
  }
  const input = CopierInput.safeParse(value);
  if (input.success) return input.data;
  throw new WorkflowError('InvalidInput', `PASSAGE_TASK_INPUT does not fit: ${z.prettifyError(input.error)}`);
}

async function run(input: CopierInput, signal: AbortSignal): Promise<CopierOutput> {
  const { bucket, prefix } = input.staging;
  const s3 = new S3Client({ ...streaming, ...patience });
  const incidents = new Incidents();
  const heard = { clock, log: incidents.listening(log), signal };
  const around = { ...heard, staging: new S3Staging(s3, bucket, prefix, heard), incidents };
  const secrets = secretsManager(new SecretsManagerClient(small));
  switch (role as Role) {
    case 'dump':
      return await dump(input, await openDatabase(secrets, 'source', input.source, input), around);
    case 'restore': {
      if (!input.target) throw new WorkflowError('InvalidInput', 'PASSAGE_TASK_INPUT of a restore names no target.');
      return await restore(input, await openDatabase(secrets, 'target', input.target, input), around);
    }
    default:
      throw new WorkflowError('InvalidInput', `Unknown role "${role}". Give one of: ${roles.join(', ')}.`);
  }
}

const token = take('PASSAGE_TASK_TOKEN');
const inputText = take('PASSAGE_TASK_INPUT');
if (!token) {
  log('not started: PASSAGE_TASK_TOKEN is not set');
  process.exit(2);
}
const stop = new AbortController();
for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => stop.abort(new Error(name)));

const callback = new StepFunctionsCallback(new SFNClient(small), token);
let input: CopierInput | undefined;
try {
  input = readInput(inputText);
} catch (error) {
  log('not started', { reason: (error as Error).message });
  await callback.fail('InvalidInput', (error as Error).message).catch(() => {});
  process.exit(1);
}
const valid = input;
log('started', { run: valid.run, epoch: valid.epoch, copy: valid.copy, workers: valid.workers });
// Not waited for: idle keep-alive sockets of the SDK clients.
process.exit(await perform((signal) => run(valid, signal), callback, clock, log, valid.heartbeatSeconds, stop.signal));
