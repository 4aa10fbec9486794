import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  ListMultipartUploadsCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { CreateSecretCommand, GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { killedBeforeEachWrite, watchWrites } from '../support/kills.ts';
import { type Account, type AccountContext, accountId, region, startAccount } from './account.ts';

watchWrites();
const { createS3 } = await import('../../lib/local/s3/s3.ts');
const { createSecretsManager } = await import('../../lib/local/secretsmanager/secretsmanager.ts');

/** One request may write more than once: whoever asks again after a kill between two writes finds all or nothing. */
let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'services-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const Bucket = 'staging';
const Key = 'chunk';
const whole = randomBytes(5 * 1024 * 1024 + 1000);
const parts = [whole.subarray(0, 5 * 1024 * 1024), whole.subarray(5 * 1024 * 1024)];

const storage = (folder: string) => (context: AccountContext) => {
  const s3 = createS3({ ...context, directory: folder, onObjectCreated: () => {} });
  if (folder === directory) s3.createBucket({ name: Bucket });
  return [s3.endpoint];
};
const secrets = (folder: string) => (context: AccountContext) => [
  createSecretsManager({ ...context, directory: folder, accountId, region }).endpoint,
];

/** An account that has the folder for as long as something is done with it. */
async function having<T>(
  endpoints: Parameters<typeof startAccount>[0],
  act: (account: Account) => Promise<T>,
): Promise<T> {
  const account = await startAccount(endpoints);
  try {
    return await act(account);
  } finally {
    expect(account.defects).toEqual([]);
    await account.close();
  }
}

const stored = async (client: S3Client): Promise<Buffer | null> => {
  try {
    const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
    return Buffer.from(await Body!.transformToByteArray());
  } catch (error) {
    expect(error).toMatchObject({ name: 'NoSuchKey' });
    return null;
  }
};

test('a multipart upload is completed, or can be', async () => {
  const seen: boolean[] = [];
  const writes = await having(storage(directory), async (account) => {
    const client = new S3Client(account.client());
    const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket, Key }));
    const Parts = await Promise.all(
      parts.map(async (Body, index) => {
        const PartNumber = index + 1;
        const { ETag } = await client.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body }));
        return { PartNumber, ETag };
      }),
    );
    const complete = new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } });
    return killedBeforeEachWrite(
      directory,
      () => client.send(complete),
      (left) =>
        having(storage(left), async (account) => {
          const after = new S3Client(account.client());
          const found = await stored(after);
          if (found) expect(found.equals(whole)).toBe(true);
          seen.push(found !== null);
          await after.send(complete);
          expect((await stored(after))?.equals(whole)).toBe(true);
        }),
    );
  });
  // Two parts into their places, the line of the index, the upload away.
  expect(writes).toEqual(['linkSync', 'linkSync', 'appendFileSync', 'rmSync']);
  expect(seen).toEqual([false, false, false, true, true]);
});

test('a multipart upload that is given up is gone, or can be given up', async () => {
  await having(storage(directory), async (account) => {
    const client = new S3Client(account.client());
    const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket, Key }));
    await client.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber: 1, Body: 'a' }));
    const abort = new AbortMultipartUploadCommand({ Bucket, Key, UploadId });
    await killedBeforeEachWrite(
      directory,
      () => client.send(abort),
      (left) =>
        having(storage(left), async (account) => {
          const after = new S3Client(account.client());
          await after.send(abort).catch((error) => expect(error).toMatchObject({ name: 'NoSuchUpload' }));
          expect((await after.send(new ListMultipartUploadsCommand({ Bucket }))).Uploads ?? []).toEqual([]);
        }),
    );
  });
});

test('an object that is written over is the former or the new one, whole', async () => {
  const seen: string[] = [];
  await having(storage(directory), async (account) => {
    const client = new S3Client(account.client());
    const [former, latter] = [Buffer.alloc(3000, 'former'), Buffer.alloc(5000, 'latter')];
    const put = (Body: Buffer) => client.send(new PutObjectCommand({ Bucket, Key, Body }));
    await put(former);
    await killedBeforeEachWrite(
      directory,
      () => put(latter),
      (left) =>
        having(storage(left), async (account) => {
          const found = await stored(new S3Client(account.client()));
          expect([former, latter]).toContainEqual(found);
          seen.push(String(found).slice(0, 6));
        }),
    );
  });
  expect(new Set(seen)).toEqual(new Set(['former', 'latter']));
});

test('a secret is there with its value, or not at all', async () => {
  const seen: (string | undefined)[] = [];
  await having(secrets(directory), async (account) => {
    const client = new SecretsManagerClient(account.client());
    const create = { Name: 'login', SecretString: 'secret', ClientRequestToken: randomUUID() };
    const writes = await killedBeforeEachWrite(
      directory,
      () => client.send(new CreateSecretCommand(create)),
      (left) =>
        having(secrets(left), async (account) => {
          const after = new SecretsManagerClient(account.client());
          const value = () =>
            after.send(new GetSecretValueCommand({ SecretId: 'login' })).then(({ SecretString }) => SecretString);
          seen.push(
            await value().catch((error) => {
              expect(error).toMatchObject({ name: 'ResourceNotFoundException' });
              return undefined;
            }),
          );
          // The same token, as the client's own retry has it.
          await after.send(new CreateSecretCommand(create));
          expect(await value()).toBe('secret');
        }),
    );
    expect(writes).toEqual(['writeFileSync', 'renameSync']);
  });
  expect(seen).toEqual([undefined, undefined, 'secret']);
});
