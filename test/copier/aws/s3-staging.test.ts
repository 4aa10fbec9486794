import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { ListMultipartUploadsCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { S3Staging } from '../../../lib/copier/aws/s3-staging.ts';
import { createS3 } from '../../../lib/local/s3/s3.ts';
import { type Account, startAccount } from '../../local/account.ts';
import { realClock } from '../support/copying.ts';

let account: Account;
let client: S3Client;
let staging: S3Staging;
const around = { clock: realClock, log: () => {}, signal: new AbortController().signal };
beforeAll(async () => {
  account = await startAccount(({ directory, authorize, clock }) => {
    const s3 = createS3({ directory: join(directory, 's3'), authorize, clock });
    s3.createBucket({ name: 'staging' });
    return [s3.endpoint];
  });
  const actions = ['s3:GetObject', 's3:PutObject', 's3:ListBucket', 's3:ListBucketMultipartUploads'];
  client = new S3Client(account.client(account.role('worker', { Effect: 'Allow', Action: actions, Resource: '*' })));
  staging = new S3Staging(client, 'staging', 'runs/r/main/1', around);
});
afterAll(async () => {
  client.destroy();
  await account.close();
});

async function* pieces(...all: (Buffer | Error)[]): AsyncGenerator<Buffer> {
  for (const piece of all) {
    if (piece instanceof Error) throw piece;
    yield piece;
  }
}

async function readAll(key: string): Promise<Buffer | undefined> {
  const body = await staging.open(key);
  const read: Buffer[] = [];
  for await (const bytes of body ?? []) read.push(bytes);
  return body && Buffer.concat(read);
}

test('what was put is read back, whole and as a stream; what was not is undefined', async () => {
  await staging.put('a/small', Buffer.from('hello'));
  expect((await staging.get('a/small'))?.toString()).toBe('hello');
  expect((await readAll('a/small'))?.toString()).toBe('hello');
  expect(staging.address('a/small')).toBe('runs/r/main/1/a/small');
  expect(await staging.get('a/nothing')).toBeUndefined();
  expect(await staging.open('a/nothing')).toBeUndefined();
});

test('a stream of unknown length becomes one object, however long, and an empty one too', async () => {
  const parts = Array.from({ length: 5 }, () => randomBytes(8 << 20));
  await staging.put('b/large', pieces(...parts));
  expect((await readAll('b/large'))?.equals(Buffer.concat(parts))).toBe(true);
  await staging.put('b/empty', pieces());
  expect(await readAll('b/empty')).toEqual(Buffer.alloc(0));
});

test.each([
  ['early', [Buffer.from('x')]],
  ['after whole parts were sent', Array.from({ length: 5 }, () => Buffer.alloc(8 << 20))],
])('a stream that fails %s leaves no object, and its own error is the one that is thrown', async (_, before) => {
  const failure = new Error('the COPY failed');
  await expect(staging.put('c/broken', pieces(...before, failure))).rejects.toBe(failure);
  expect(await staging.get('c/broken')).toBeUndefined();
});

test('a key is created once: again with the same content is our own win, with another it is not', async () => {
  expect(await staging.create('d/claim', Buffer.from('mine'))).toBe(true);
  expect(await staging.create('d/claim', Buffer.from('mine'))).toBe(true);
  expect(await staging.create('d/claim', Buffer.from('theirs'))).toBe(false);
  expect((await staging.get('d/claim'))?.toString()).toBe('mine');
});

test('a listing has every key of a prefix, relative and sorted, over several pages', async () => {
  const keys = Array.from({ length: 1050 }, (_, at) => `e/${String(at).padStart(5, '0')}`);
  for (let at = 0; at < keys.length; at += 50) {
    await Promise.all(keys.slice(at, at + 50).map((key) => staging.put(key, Buffer.from(''))));
  }
  await staging.put('f/other', Buffer.from(''));
  expect(await staging.list('e/')).toEqual(keys);
});

test('what S3 refuses is ServiceUnavailable and names the object', async () => {
  const nowhere = new S3Staging(client, 'nowhere', 'x', around);
  const refused = { name: 'ServiceUnavailable', message: expect.stringContaining('s3://nowhere/x/key') };
  await expect(nowhere.put('key', Buffer.from('x'))).rejects.toMatchObject(refused);
  await expect(nowhere.put('key', pieces(Buffer.from('x')))).rejects.toMatchObject(refused);
  await expect(nowhere.get('key')).rejects.toMatchObject(refused);
  await expect(nowhere.list('key')).rejects.toMatchObject(refused);
});

test('a failed upload is aborted where the role may, and else left to the bucket’s lifecycle', async () => {
  const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: 'staging' }));
  expect(Uploads.map(({ Key }) => Key)).toEqual(['runs/r/main/1/c/broken']);
});
