import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { createS3, type ObjectCreated } from '../../../lib/local/s3/s3.ts';
import { type Account, startAccount } from '../account.ts';

let account: Account;
let client: S3Client;
const created: ObjectCreated[] = [];
const Bucket = 'staging';
const MiB = 1024 * 1024;

beforeAll(async () => {
  account = await startAccount(({ directory, authorize, clock }) => {
    const s3 = createS3({
      directory: join(directory, 's3'),
      authorize,
      clock,
      onObjectCreated: (event) => created.push(event),
    });
    s3.createBucket({ name: Bucket });
    return [s3.endpoint];
  });
  client = new S3Client(account.client());
});
afterAll(() => account.close());

const folder = (name: string) => readdirSync(join(account.directory, 's3', Bucket, name));
const start = async (Key: string) => {
  const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket, Key, Metadata: { run: '1' } }));
  return {
    UploadId,
    part: (PartNumber: number, Body: Buffer | string) =>
      client.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body })),
    complete: (...Parts: { PartNumber: number; ETag: string | undefined }[]) =>
      client.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } })),
  };
};

test('lib-storage uploads a stream of unknown length in parts, and ranges reach over their borders', async () => {
  const bytes = randomBytes(12 * MiB + 7);
  const body = Readable.from([bytes.subarray(0, 3 * MiB), bytes.subarray(3 * MiB)]);
  const done = await new Upload({
    client,
    params: { Bucket, Key: 'stream', Body: body, ContentType: 'a/b' },
    partSize: 5 * MiB,
  }).done();
  const md5 = (data: Buffer) => createHash('md5').update(data).digest();
  const parts = [bytes.subarray(0, 5 * MiB), bytes.subarray(5 * MiB, 10 * MiB), bytes.subarray(10 * MiB)];
  expect(done.ETag).toBe(`"${md5(Buffer.concat(parts.map(md5))).toString('hex')}-3"`);
  const got = await client.send(new GetObjectCommand({ Bucket, Key: 'stream' }));
  expect(Buffer.from(await got.Body!.transformToByteArray()).equals(bytes)).toBe(true);
  expect(got.ContentType).toBe('a/b');
  const range = await client.send(
    new GetObjectCommand({ Bucket, Key: 'stream', Range: `bytes=${5 * MiB - 2}-${10 * MiB + 1}` }),
  );
  const expected = bytes.subarray(5 * MiB - 2, 10 * MiB + 2);
  expect(Buffer.from(await range.Body!.transformToByteArray()).equals(expected)).toBe(true);
  expect(created.at(-1)).toMatchObject({ key: 'stream', size: bytes.length, reason: 'CompleteMultipartUpload' });
  expect(folder('uploads')).toEqual([]);
});

test('a part may be sent again, in any order, and the last one counts', async () => {
  const upload = await start('again');
  const second = await upload.part(2, 'end');
  await upload.part(1, Buffer.alloc(5 * MiB, 'a'));
  const first = await upload.part(1, Buffer.alloc(5 * MiB, 'b'));
  const listed = await client.send(new ListPartsCommand({ Bucket, Key: 'again', UploadId: upload.UploadId }));
  expect(listed.Parts?.map(({ PartNumber, Size }) => [PartNumber, Size])).toEqual([
    [1, 5 * MiB],
    [2, 3],
  ]);
  const done = await upload.complete({ PartNumber: 1, ETag: first.ETag }, { PartNumber: 2, ETag: second.ETag });
  expect(done.ChecksumCRC32).toMatch(/-2$/);
  const got = await client.send(new GetObjectCommand({ Bucket, Key: 'again', Range: `bytes=${5 * MiB - 1}-` }));
  expect(await got.Body?.transformToString()).toBe('bend');
  expect(got.Metadata).toEqual({ run: '1' });
});

test('parts that are unknown, out of order or too small are refused', async () => {
  const upload = await start('refused');
  const [one, two] = [await upload.part(1, 'small'), await upload.part(2, 'small')];
  const [first, second] = [
    { PartNumber: 1, ETag: one.ETag },
    { PartNumber: 2, ETag: two.ETag },
  ];
  await expect(upload.complete({ ...first, ETag: '"other"' })).rejects.toMatchObject({ name: 'InvalidPart' });
  await expect(upload.complete({ ...first, PartNumber: 3 })).rejects.toMatchObject({ name: 'InvalidPart' });
  await expect(upload.complete(second, first)).rejects.toMatchObject({ name: 'InvalidPartOrder' });
  await expect(upload.complete(first, second)).rejects.toMatchObject({ name: 'EntityTooSmall' });
});

test('an aborted upload is gone with its parts, and nothing can be added to it', async () => {
  const upload = await start('aborted');
  await upload.part(1, 'x');
  const uploads = await client.send(new ListMultipartUploadsCommand({ Bucket, Prefix: 'abo' }));
  expect(uploads.Uploads).toEqual([expect.objectContaining({ Key: 'aborted', UploadId: upload.UploadId })]);
  await client.send(new AbortMultipartUploadCommand({ Bucket, Key: 'aborted', UploadId: upload.UploadId }));
  expect(existsSync(join(account.directory, 's3', Bucket, 'uploads', String(upload.UploadId)))).toBe(false);
  await expect(upload.part(2, 'y')).rejects.toMatchObject({ name: 'NoSuchUpload' });
  const elsewhere = new UploadPartCommand({
    Bucket,
    Key: 'x',
    UploadId: '../../..',
    PartNumber: 1,
    Body: '',
    ContentLength: 0,
  });
  await expect(client.send(elsewhere)).rejects.toMatchObject({ name: 'NoSuchUpload' });
});

test('a part can be a range of another object', async () => {
  await client.send(new PutObjectCommand({ Bucket, Key: 'whole', Body: 'hello world' }));
  const upload = await start('from-copy');
  const copied = await client.send(
    new UploadPartCopyCommand({
      ...{ Bucket, Key: 'from-copy', UploadId: upload.UploadId, PartNumber: 1 },
      CopySource: `${Bucket}/whole`,
      CopySourceRange: 'bytes=6-10',
    }),
  );
  await upload.complete({ PartNumber: 1, ETag: copied.CopyPartResult?.ETag });
  const got = await client.send(new GetObjectCommand({ Bucket, Key: 'from-copy' }));
  expect(await got.Body?.transformToString()).toBe('world');
});
