import { join } from 'node:path';
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketPolicyCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  HeadBucketCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  paginateListObjectsV2,
  S3Client,
} from '@aws-sdk/client-s3';
import { createS3, type S3 } from '../../../lib/local/s3/s3.ts';
import { type Account, startAccount } from '../account.ts';

let account: Account;
let s3: S3;
let client: S3Client;
const keys = ['a', 'b/1', 'b/2', 'b/c/3', 'd', 'e <&>"\'/é', '\uff5e', '\u{1f600}'];

beforeAll(async () => {
  account = await startAccount(({ directory, authorize, clock }) => {
    s3 = createS3({ directory: join(directory, 's3'), authorize, clock });
    return [s3.endpoint];
  });
  client = new S3Client(account.client());
  s3.createBucket({ name: 'plain' });
  for (const Key of keys.toReversed()) await client.send(new PutObjectCommand({ Bucket: 'plain', Key, Body: Key }));
});
afterAll(() => account.close());

const list = (more: object = {}) => client.send(new ListObjectsV2Command({ Bucket: 'plain', ...more }));
const listed = async (more: object = {}) => (await list(more)).Contents?.map(({ Key }) => Key);

test('keys are listed in the order of their UTF-8 bytes', async () => {
  expect(await listed()).toEqual(keys);
  expect(await listed({ Prefix: 'b/' })).toEqual(['b/1', 'b/2', 'b/c/3']);
  expect(await listed({ StartAfter: 'b/2', Prefix: 'b/' })).toEqual(['b/c/3']);
  expect(await list({ Prefix: 'none' })).toMatchObject({ KeyCount: 0, IsTruncated: false });
});

test('a delimiter rolls keys up into common prefixes', async () => {
  const page = await list({ Delimiter: '/' });
  expect(page.Contents?.map(({ Key }) => Key)).toEqual(['a', 'd', '\uff5e', '\u{1f600}']);
  expect(page.CommonPrefixes?.map(({ Prefix }) => Prefix)).toEqual(['b/', 'e <&>"\'/']);
  const below = await list({ Delimiter: '/', Prefix: 'b/' });
  expect([below.Contents?.length, below.CommonPrefixes]).toEqual([2, [{ Prefix: 'b/c/' }]]);
});

test.each([1, 2, 3, 7])('pages of %i give every entry once', async (pageSize) => {
  const seen: (string | undefined)[] = [];
  const pages = paginateListObjectsV2({ client, pageSize }, { Bucket: 'plain', Delimiter: '/' });
  for await (const page of pages) {
    expect(page.KeyCount).toBeLessThanOrEqual(pageSize);
    seen.push(
      ...(page.Contents ?? []).map(({ Key }) => Key),
      ...(page.CommonPrefixes ?? []).map(({ Prefix }) => Prefix),
    );
  }
  expect(seen.sort()).toEqual(['a', 'b/', 'd', 'e <&>"\'/', '\uff5e', '\u{1f600}'].sort());
});

test('versions are kept, listed newest first with their delete markers, and read one by one', async () => {
  s3.createBucket({ name: 'versions', versioned: true });
  const at = { Bucket: 'versions', Key: 'k' };
  const one = await client.send(new PutObjectCommand({ ...at, Body: '1' }));
  const two = await client.send(new PutObjectCommand({ ...at, Body: '2' }));
  const marker = await client.send(new DeleteObjectCommand(at));
  expect(marker.DeleteMarker).toBe(true);
  await expect(client.send(new GetObjectCommand(at))).rejects.toMatchObject({ name: 'NoSuchKey' });
  expect((await client.send(new ListObjectsV2Command({ Bucket: 'versions' }))).KeyCount).toBe(0);

  const all = await client.send(new ListObjectVersionsCommand({ Bucket: 'versions' }));
  expect(all.Versions?.map(({ VersionId, IsLatest }) => [VersionId, IsLatest])).toEqual([
    [two.VersionId, false],
    [one.VersionId, false],
  ]);
  expect(all.DeleteMarkers).toEqual([
    expect.objectContaining({ Key: 'k', VersionId: marker.VersionId, IsLatest: true }),
  ]);
  const first = await client.send(new ListObjectVersionsCommand({ Bucket: 'versions', MaxKeys: 2 }));
  expect(first).toMatchObject({ IsTruncated: true, NextKeyMarker: 'k', NextVersionIdMarker: two.VersionId });
  const rest = await client.send(
    new ListObjectVersionsCommand({
      Bucket: 'versions',
      KeyMarker: first.NextKeyMarker,
      VersionIdMarker: first.NextVersionIdMarker,
    }),
  );
  expect(rest.Versions?.map(({ VersionId }) => VersionId)).toEqual([one.VersionId]);

  const read = async (VersionId?: string) =>
    (await client.send(new GetObjectCommand({ ...at, ...(VersionId && { VersionId }) }))).Body!.transformToString();
  expect([await read(one.VersionId), await read(two.VersionId)]).toEqual(['1', '2']);
  await expect(read(marker.VersionId)).rejects.toMatchObject({ name: 'MethodNotAllowed' });
  await client.send(new DeleteObjectCommand({ ...at, VersionId: marker.VersionId! }));
  expect(await read()).toBe('2');
  await client.send(new DeleteObjectCommand({ ...at, VersionId: two.VersionId! }));
  expect(await read()).toBe('1');
  await expect(read(two.VersionId)).rejects.toMatchObject({ name: 'NoSuchVersion' });
});

test('versions survive a restart in their order', async () => {
  s3.createBucket({ name: 'restarted', versioned: true });
  const at = { Bucket: 'restarted', Key: 'k' };
  for (const Body of ['1', '2', '3']) await client.send(new PutObjectCommand({ ...at, Body }));
  const before = await client.send(new ListObjectVersionsCommand({ Bucket: 'restarted' }));
  const again = await startAccount(({ authorize, clock }) => [
    createS3({ directory: join(account.directory, 's3'), authorize, clock }).endpoint,
  ]);
  try {
    const reader = new S3Client(again.client());
    const after = await reader.send(new ListObjectVersionsCommand({ Bucket: 'restarted' }));
    expect(after.Versions).toEqual(before.Versions);
    expect(await reader.send(new GetBucketVersioningCommand({ Bucket: 'restarted' }))).toMatchObject({
      Status: 'Enabled',
    });
  } finally {
    await again.close();
  }
});

test('many keys are deleted at once, special characters and missing ones too', async () => {
  s3.createBucket({ name: 'emptied' });
  for (const Key of keys) await client.send(new PutObjectCommand({ Bucket: 'emptied', Key, Body: '1' }));
  const Objects = [...keys, 'missing'].map((Key) => ({ Key }));
  const answer = await client.send(new DeleteObjectsCommand({ Bucket: 'emptied', Delete: { Objects } }));
  expect(answer.Deleted).toHaveLength(keys.length + 1);
  expect((await client.send(new ListObjectsV2Command({ Bucket: 'emptied' }))).KeyCount).toBe(0);
});

test('a bucket is made, turned to versions and deleted only when it is empty', async () => {
  const Bucket = 'made-here';
  await client.send(new CreateBucketCommand({ Bucket }));
  await expect(client.send(new CreateBucketCommand({ Bucket }))).rejects.toMatchObject({
    name: 'BucketAlreadyOwnedByYou',
  });
  await client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }));
  const { VersionId } = await client.send(new PutObjectCommand({ Bucket, Key: 'k', Body: '1' }));
  await expect(client.send(new DeleteBucketCommand({ Bucket }))).rejects.toMatchObject({ name: 'BucketNotEmpty' });
  await client.send(new DeleteObjectCommand({ Bucket, Key: 'k', VersionId: VersionId! }));
  await client.send(new DeleteBucketCommand({ Bucket }));
  await expect(client.send(new HeadBucketCommand({ Bucket }))).rejects.toMatchObject({
    $metadata: { httpStatusCode: 404 },
  });
});

test('what is not simulated says so, instead of doing something else', async () => {
  await expect(client.send(new GetBucketPolicyCommand({ Bucket: 'plain' }))).rejects.toMatchObject({
    name: 'NotImplemented',
  });
});
