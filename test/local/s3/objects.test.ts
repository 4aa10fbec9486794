import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { createS3, type ObjectCreated, type S3 } from '../../../lib/local/s3/s3.ts';
import { collectGarbage } from '../../support/collect-garbage.ts';
import { until } from '../../support/until.ts';
import { type Account, startAccount } from '../account.ts';

let account: Account;
let s3: S3;
let client: S3Client;
const created: ObjectCreated[] = [];
const Bucket = 'staging';

beforeAll(async () => {
  account = await startAccount(({ directory, authorize, clock }) => {
    s3 = createS3({
      directory: join(directory, 's3'),
      authorize,
      clock,
      onObjectCreated: (event) => created.push(event),
    });
    return [s3.endpoint];
  });
  s3.createBucket({ name: Bucket });
  client = new S3Client(account.client());
});
afterAll(() => account.close());
afterEach(() => expect(account.defects).toEqual([]));

const dataFiles = () => readdirSync(join(account.directory, 's3', Bucket, 'data')).length;
const text = async (Key: string) =>
  (await client.send(new GetObjectCommand({ Bucket, Key }))).Body!.transformToString();

test.each([
  ['an ACL', { ACL: 'public-read' }, /x-amz-acl/],
  ['a grant', { GrantRead: 'id=1' }, /x-amz-grant-read/],
  ['a key of its own', { SSECustomerAlgorithm: 'AES256' }, /server-side-encryption-customer-algorithm/],
  ['a key of KMS', { ServerSideEncryption: 'aws:kms' }, /Encryption by aws:kms/],
  ['a lock', { ObjectLockLegalHoldStatus: 'ON' }, /x-amz-object-lock-legal-hold/],
  ['an append', { WriteOffsetBytes: 5 }, /x-amz-write-offset-bytes/],
  ['another class of storage', { StorageClass: 'GLACIER' }, /Storage class GLACIER/],
] as const)('a write with %s is refused by name, and writes nothing', async (_, more, message) => {
  const Key = 'refused';
  await expect(client.send(new PutObjectCommand({ Bucket, Key, Body: 'x', ...more }))).rejects.toMatchObject({
    name: 'NotImplemented',
    message: expect.stringMatching(message),
  });
  await expect(client.send(new HeadObjectCommand({ Bucket, Key }))).rejects.toMatchObject({ name: 'NotFound' });
});

test('an object comes back with its bytes, headers and checksum, and its creation is told', async () => {
  const Key = 'runs/1/plän +&=?#%.json';
  const put = await client.send(
    new PutObjectCommand({ Bucket, Key, Body: 'hello', ContentType: 'text/plain', Metadata: { run: '1' } }),
  );
  expect(put).toMatchObject({ ETag: '"5d41402abc4b2a76b9719d911017c592"', ChecksumCRC32: 'NhCmhg==' });
  const got = await client.send(new GetObjectCommand({ Bucket, Key }));
  expect(got).toMatchObject({
    ContentLength: 5,
    ContentType: 'text/plain',
    Metadata: { run: '1' },
    ChecksumCRC32: 'NhCmhg==',
    ServerSideEncryption: 'AES256',
  });
  expect(await got.Body?.transformToString()).toBe('hello');
  expect(created).toEqual([
    {
      bucket: Bucket,
      key: Key,
      size: 5,
      etag: '5d41402abc4b2a76b9719d911017c592',
      versionId: undefined,
      reason: 'PutObject',
    },
  ]);
});

test('an empty object is an object', async () => {
  await client.send(new PutObjectCommand({ Bucket, Key: 'empty', Body: '', ContentLength: 0 }));
  expect(await text('empty')).toBe('');
});

test.each(['CRC32', 'CRC32C', 'SHA1', 'SHA256'] as const)(
  'a %s is checked and given back',
  async (ChecksumAlgorithm) => {
    const Key = `checked-${ChecksumAlgorithm}`;
    const put = await client.send(new PutObjectCommand({ Bucket, Key, Body: 'hello', ChecksumAlgorithm }));
    const head = await client.send(new HeadObjectCommand({ Bucket, Key, ChecksumMode: 'ENABLED' }));
    const name = `Checksum${ChecksumAlgorithm}` as const;
    expect(head[name]).toBe(put[name]);
    expect(head[name]).toBeDefined();
  },
);

test.each([
  { ChecksumSHA256: createHash('sha256').update('other').digest('base64') },
  { ChecksumCRC32: 'AAAAAA==' },
  { ContentMD5: 'XrY7u+Ae7tCTyyK7j1rNww==' },
])('a body that is not what %j says is refused and leaves nothing behind', async (wrong) => {
  const before = dataFiles();
  await expect(
    client.send(new PutObjectCommand({ Bucket, Key: 'wrong', Body: 'hello', ...wrong })),
  ).rejects.toMatchObject({
    name: 'BadDigest',
  });
  await expect(text('wrong')).rejects.toMatchObject({ name: 'NoSuchKey' });
  expect(dataFiles()).toBe(before);
});

test('a body changed after it was signed is refused', async () => {
  const tampering = new S3Client({ ...account.client(), requestChecksumCalculation: 'WHEN_REQUIRED' });
  const { requestHandler } = tampering.config;
  const handle = requestHandler.handle.bind(requestHandler);
  requestHandler.handle = (request, options) => {
    request.body = 'jello';
    return handle(request, options);
  };
  await expect(tampering.send(new PutObjectCommand({ Bucket, Key: 'tampered', Body: 'hello' }))).rejects.toMatchObject({
    name: 'XAmzContentSHA256Mismatch',
  });
});

const piece = Buffer.alloc(1024 * 1024, 'passage');
const forty = () => Readable.from(Array(40).fill(piece), { objectMode: false });
const fortyHash = Array(40)
  .fill(piece)
  .reduce((hash, each) => hash.update(each), createHash('sha256'))
  .digest('hex');

test('a stream of 40 MB arrives whole, framed in chunks with its checksum behind it', async () => {
  const put = await client.send(
    new PutObjectCommand({ Bucket, Key: 'big', Body: forty(), ContentLength: 40 * piece.length }),
  );
  expect(put.ChecksumCRC32).toBeDefined();
  const got = await client.send(new GetObjectCommand({ Bucket, Key: 'big' }));
  const back = createHash('sha256');
  for await (const part of got.Body as Readable) back.update(part);
  expect(back.digest('hex')).toBe(fortyHash);
});

test('40 MB go up and down in bounded memory', async () => {
  // By hand: the chunked encoding of the SDK client runs ahead of its connection, and would be what is measured.
  const heldBytes = () => {
    collectGarbage();
    return process.memoryUsage().arrayBuffers;
  };
  const before = heldBytes();
  const held: number[] = [];
  let passed = 0;
  const watch = (part: Buffer) => {
    passed += part.length;
    if (passed > (held.length + 1) * 8 * piece.length) held.push(heldBytes() - before);
    return part;
  };
  const size = { 'content-length': String(40 * piece.length) };
  const { url, headers } = await account.sign('s3', { method: 'PUT', path: `/${Bucket}/bounded`, headers: size });
  const outgoing = request(url, { method: 'PUT', headers });
  const answered = new Promise<number | undefined>((resolve) =>
    outgoing.on('response', ({ statusCode }) => resolve(statusCode)),
  );
  await pipeline(forty().map(watch), outgoing);
  expect(await answered).toBe(200);
  const got = await client.send(new GetObjectCommand({ Bucket, Key: 'bounded' }));
  const back = createHash('sha256');
  for await (const part of got.Body as Readable) back.update(watch(part));
  expect(back.digest('hex')).toBe(fortyHash);
  // Client and server share this process; both together hold less than half of the body, at nine moments on the way.
  expect(held).toHaveLength(9);
  expect(Math.max(...held)).toBeLessThan(16 * piece.length);
});

test('a connection that breaks in the middle of an upload leaves nothing behind', async () => {
  const before = dataFiles();
  const { url, headers } = await account.sign('s3', {
    method: 'PUT',
    path: `/${Bucket}/half`,
    headers: { 'content-length': '200000' },
  });
  const outgoing = request(url, { method: 'PUT', headers });
  outgoing.on('error', () => {});
  outgoing.write(Buffer.alloc(100_000));
  await until(() => dataFiles() === before + 1);
  outgoing.destroy();
  await until(() => dataFiles() === before);
  await expect(text('half')).rejects.toMatchObject({ name: 'NoSuchKey' });
});

test.each([
  ['bytes=0-4', 'bytes 0-4/11', 'hello'],
  ['bytes=6-', 'bytes 6-10/11', 'world'],
  ['bytes=-3', 'bytes 8-10/11', 'rld'],
  ['bytes=9-99', 'bytes 9-10/11', 'ld'],
])('the range %s is served', async (Range, ContentRange, expected) => {
  await client.send(new PutObjectCommand({ Bucket, Key: 'ranged', Body: 'hello world' }));
  const got = await client.send(new GetObjectCommand({ Bucket, Key: 'ranged', Range }));
  expect(got.ContentRange).toBe(ContentRange);
  expect(await got.Body?.transformToString()).toBe(expected);
});

test('a range behind the end is refused', async () => {
  await client.send(new PutObjectCommand({ Bucket, Key: 'ranged', Body: 'hello world' }));
  await expect(client.send(new GetObjectCommand({ Bucket, Key: 'ranged', Range: 'bytes=11-' }))).rejects.toMatchObject({
    name: 'InvalidRange',
  });
});

test('a conditional read answers 304 and 412', async () => {
  const { ETag } = await client.send(new PutObjectCommand({ Bucket, Key: 'read', Body: '1' }));
  const get = (more: object) => client.send(new GetObjectCommand({ Bucket, Key: 'read', ...more }));
  await expect(get({ IfNoneMatch: ETag })).rejects.toMatchObject({ $metadata: { httpStatusCode: 304 } });
  await expect(get({ IfMatch: '"other"' })).rejects.toMatchObject({ name: 'PreconditionFailed' });
  await expect(get({ IfMatch: ETag })).resolves.toMatchObject({ ETag });
});

test('a copy survives its source, with its headers or with new ones', async () => {
  await client.send(new PutObjectCommand({ Bucket, Key: 'source ä', Body: 'copied', Metadata: { a: '1' } }));
  const CopySource = `${Bucket}/${encodeURIComponent('source ä')}`;
  await client.send(new CopyObjectCommand({ Bucket, Key: 'copy', CopySource }));
  await client.send(
    new CopyObjectCommand({ Bucket, Key: 'replaced', CopySource, MetadataDirective: 'REPLACE', Metadata: { b: '2' } }),
  );
  await client.send(new DeleteObjectCommand({ Bucket, Key: 'source ä' }));
  expect(await text('copy')).toBe('copied');
  expect((await client.send(new HeadObjectCommand({ Bucket, Key: 'copy' }))).Metadata).toEqual({ a: '1' });
  expect((await client.send(new HeadObjectCommand({ Bucket, Key: 'replaced' }))).Metadata).toEqual({ b: '2' });
});

test('an overwritten or deleted object frees its bytes', async () => {
  await client.send(new PutObjectCommand({ Bucket, Key: 'freed', Body: '1' }));
  const before = dataFiles();
  await client.send(new PutObjectCommand({ Bucket, Key: 'freed', Body: '2' }));
  expect(dataFiles()).toBe(before);
  await client.send(new DeleteObjectCommand({ Bucket, Key: 'freed' }));
  await client.send(new DeleteObjectCommand({ Bucket, Key: 'freed' }));
  expect(dataFiles()).toBe(before - 1);
});

test('what is stored is there after a restart, without bytes that belong to nothing', async () => {
  await client.send(new PutObjectCommand({ Bucket, Key: 'kept', Body: 'kept', Metadata: { run: '1' } }));
  const again = await startAccount(({ authorize, clock }) => [
    createS3({ directory: join(account.directory, 's3'), authorize, clock }).endpoint,
  ]);
  try {
    const reader = new S3Client(again.client());
    const got = await reader.send(new GetObjectCommand({ Bucket, Key: 'kept' }));
    expect(await got.Body?.transformToString()).toBe('kept');
    expect(got.Metadata).toEqual({ run: '1' });
  } finally {
    await again.close();
  }
});

test('what is missing or misnamed has its own error', async () => {
  const send = (command: GetObjectCommand) => client.send(command);
  await expect(send(new GetObjectCommand({ Bucket: 'nobody', Key: 'a' }))).rejects.toMatchObject({
    name: 'NoSuchBucket',
  });
  await expect(client.send(new HeadObjectCommand({ Bucket, Key: 'a' }))).rejects.toMatchObject({ name: 'NotFound' });
  expect((await client.send(new ListBucketsCommand({}))).Buckets).toMatchObject([{ Name: Bucket }]);
  expect(() => s3.createBucket({ name: '../escape' })).toThrow('not valid');
});

test('chunks that are signed one by one in a way that is not simulated are refused, not stored unchecked', async () => {
  const headers = {
    'x-amz-content-sha256': 'STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD',
    'x-amz-decoded-content-length': '1',
  };
  const signed = await account.sign('s3', { method: 'PUT', path: `/${Bucket}/chunks`, headers });
  const answer = await fetch(signed.url, {
    method: 'PUT',
    headers: signed.headers,
    body: '1;chunk-signature=0\r\nx\r\n0\r\n\r\n',
  });
  expect([answer.status, await answer.text()]).toEqual([501, expect.stringContaining('version 4A are not simulated')]);
});

test('an upload without a length is refused', async () => {
  const { url, headers } = await account.sign('s3', { method: 'PUT', path: `/${Bucket}/endless` });
  const status = await new Promise((resolve, reject) => {
    const outgoing = request(url, { method: 'PUT', headers }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    });
    outgoing.on('error', reject);
    outgoing.write('x');
    outgoing.end();
  });
  expect(status).toBe(411);
});
