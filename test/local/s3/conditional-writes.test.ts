import { request } from 'node:http';
import { join } from 'node:path';
import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { createS3 } from '../../../lib/local/s3/s3.ts';
import { type Account, startAccount } from '../account.ts';

let account: Account;
let client: S3Client;
const Bucket = 'evidence';
let number = 0;
let Key = '';

beforeAll(async () => {
  account = await startAccount(({ directory, authorize, clock }) => {
    const s3 = createS3({ directory: join(directory, 's3'), authorize, clock });
    s3.createBucket({ name: Bucket, versioned: true });
    return [s3.endpoint];
  });
  client = new S3Client(account.client());
});
afterAll(() => account.close());
beforeEach(() => {
  Key = `ledger-${++number}.json`;
});

const put = (Body: string, more: object = {}) => client.send(new PutObjectCommand({ Bucket, Key, Body, ...more }));
const createOnce = (Body: string) => put(Body, { IfNoneMatch: '*' });
const text = async () => (await client.send(new GetObjectCommand({ Bucket, Key }))).Body!.transformToString();

test('an object is created once', async () => {
  await createOnce('first');
  await expect(createOnce('second')).rejects.toMatchObject({
    name: 'PreconditionFailed',
    $metadata: { httpStatusCode: 412 },
  });
  expect(await text()).toBe('first');
});

test('a delete marker lets it be created again, which is why the bucket must deny deletes', async () => {
  await createOnce('first');
  await client.send(new DeleteObjectCommand({ Bucket, Key }));
  await createOnce('second');
  expect(await text()).toBe('second');
});

test('compare and swap by ETag: stale is 412, missing is 404', async () => {
  await expect(put('x', { IfMatch: '"etag"' })).rejects.toMatchObject({
    name: 'NoSuchKey',
    $metadata: { httpStatusCode: 404 },
  });
  const { ETag } = await put('1');
  const next = await put('2', { IfMatch: ETag });
  await expect(put('3', { IfMatch: ETag })).rejects.toMatchObject({ name: 'PreconditionFailed' });
  await put('3', { IfMatch: next.ETag?.replaceAll('"', '') });
  expect(await text()).toBe('3');
  await client.send(new DeleteObjectCommand({ Bucket, Key }));
  await expect(put('4', { IfMatch: next.ETag })).rejects.toMatchObject({ name: 'NoSuchKey' });
});

test('of two that create at the same time exactly one wins; the other learns of it as if it had come later', async () => {
  const slow = await startSlowly({ 'if-none-match': '*' });
  await createOnce('fast');
  expect(await slow.finish()).toMatchObject({ status: 412, body: expect.stringContaining('PreconditionFailed') });
  expect(await text()).toBe('fast');
});

test('what was deleted in the middle of a conditional write is a conflict, even where the condition holds again', async () => {
  const creation = await startSlowly({ 'if-none-match': '*' });
  const { ETag } = await put('1');
  const swap = await startSlowly({ 'if-match': ETag! });
  await client.send(new DeleteObjectCommand({ Bucket, Key }));
  const conflict = { status: 409, body: expect.stringContaining('ConditionalRequestConflict') };
  expect(await creation.finish()).toMatchObject(conflict);
  await put('1');
  expect(await swap.finish()).toMatchObject(conflict);
  expect(await text()).toBe('1');
});

test('a delete in the middle of a compare and swap leaves nothing to swap', async () => {
  const { ETag } = await put('1');
  const slow = await startSlowly({ 'if-match': ETag! });
  await client.send(new DeleteObjectCommand({ Bucket, Key }));
  expect(await slow.finish()).toMatchObject({ status: 404, body: expect.stringContaining('NoSuchKey') });
});

test('a write without a condition is not disturbed by another', async () => {
  const slow = await startSlowly({});
  await put('fast');
  expect(await slow.finish()).toMatchObject({ status: 200 });
  expect(await text()).toBe('slow');
});

test('of twenty that create at once exactly one wins', async () => {
  const answers = await Promise.allSettled(Array.from({ length: 20 }, (_, index) => createOnce(`writer ${index}`)));
  const winners = answers.flatMap((answer, index) => (answer.status === 'fulfilled' ? [index] : []));
  expect(winners).toHaveLength(1);
  expect(await text()).toBe(`writer ${winners[0]}`);
  for (const answer of answers) {
    if (answer.status === 'rejected')
      expect(['PreconditionFailed', 'ConditionalRequestConflict']).toContain(answer.reason.name);
  }
});

test('a multipart upload is completed once, and asking again after a lost answer gives the same', async () => {
  const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket, Key }));
  const part = await client.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber: 1, Body: 'parts' }));
  const complete = () =>
    client.send(
      new CompleteMultipartUploadCommand({
        ...{ Bucket, Key, UploadId, IfNoneMatch: '*' },
        MultipartUpload: { Parts: [{ PartNumber: 1, ETag: part.ETag }] },
      }),
    );
  await createOnce('first');
  await expect(complete()).rejects.toMatchObject({ name: 'PreconditionFailed' });
  await client.send(new DeleteObjectCommand({ Bucket, Key }));
  const done = await complete();
  expect((await complete()).VersionId).toBe(done.VersionId);
  expect(await text()).toBe('parts');
});

test('a copy heeds a condition too', async () => {
  await put('1');
  const source = { Bucket, Key: `${Key}-source` };
  await client.send(new PutObjectCommand({ ...source, Body: '2' }));
  const copy = client.send(
    new CopyObjectCommand({ Bucket, Key, CopySource: `${Bucket}/${Key}-source`, IfNoneMatch: '*' }),
  );
  await expect(copy).rejects.toMatchObject({ name: 'PreconditionFailed' });
});

/** A put of `slow` whose first byte has arrived, as the 100-continue shows, and whose last one waits for `finish`. */
async function startSlowly(condition: Record<string, string>) {
  const { url, headers } = await account.sign('s3', {
    method: 'PUT',
    path: `/${Bucket}/${Key}`,
    headers: { 'content-length': '4', ...condition },
  });
  const outgoing = request(url, { method: 'PUT', headers: { ...headers, expect: '100-continue' } });
  const answer = new Promise<{ status: number | undefined; body: string }>((resolve, reject) => {
    outgoing.on('error', reject);
    outgoing.on('response', async (incoming) => {
      let body = '';
      for await (const piece of incoming) body += piece;
      resolve({ status: incoming.statusCode, body });
    });
  });
  outgoing.flushHeaders();
  await new Promise((resolve) => outgoing.once('continue', resolve));
  return {
    finish() {
      outgoing.end('slow');
      return answer;
    },
  };
}
