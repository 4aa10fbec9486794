import { join } from 'node:path';
import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { createS3 } from '../../../lib/local/s3/s3.ts';
import { type Account, accountId, startAccount } from '../account.ts';

let account: Account;
let administrator: S3Client;
const Bucket = 'evidence';
const arn = `arn:aws:s3:::${Bucket}`;
const voter = `arn:aws:iam::${accountId}:role/Voter`;

beforeAll(async () => {
  account = await startAccount(({ directory, authorize, clock }) => {
    const s3 = createS3({ directory: join(directory, 's3'), authorize, clock });
    s3.createBucket({ name: Bucket, versioned: true });
    s3.createBucket({ name: 'open' });
    return [s3.endpoint];
  });
  account.resourcePolicies.set(arn, {
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Deny', Principal: '*', Action: 's3:DeleteObject*', Resource: `${arn}/*` },
      {
        Effect: 'Deny',
        Principal: '*',
        Action: 's3:PutObject',
        Resource: `${arn}/*`,
        Condition: {
          Null: { 's3:if-none-match': 'true', 's3:if-match': 'true' },
          Bool: { 's3:ObjectCreationOperation': 'true' },
        },
      },
      {
        Effect: 'Deny',
        Principal: '*',
        Action: 's3:PutObject',
        Resource: `${arn}/approvals/*/votes/*`,
        Condition: { ArnNotEquals: { 'aws:PrincipalArn': voter } },
      },
      {
        Effect: 'Deny',
        Principal: '*',
        Action: 's3:*',
        Resource: [arn, `${arn}/*`],
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      },
    ],
  });
  administrator = new S3Client(account.client());
});
afterAll(() => account.close());

const role = (name: string, ...actions: [action: string | string[], resource: string][]) =>
  new S3Client(
    account.client(account.role(name, ...actions.map(([Action, Resource]) => ({ Effect: 'Allow', Action, Resource })))),
  );
const put = (client: S3Client, Key: string, more: object = { IfNoneMatch: '*' }) =>
  client.send(new PutObjectCommand({ Bucket, Key, Body: '1', ...more }));
const denied = (reason: string) => ({
  name: 'AccessDenied',
  message: expect.stringContaining(reason),
  $metadata: expect.objectContaining({ httpStatusCode: 403 }),
});

test('a role may do what its policy names and nothing else', async () => {
  const writer = role('Writer', ['s3:PutObject', `${arn}/runs/*`]);
  await put(writer, 'runs/1/plan.json');
  await expect(put(writer, 'migrations/x.json')).rejects.toMatchObject(
    denied('no identity-based policy allows the s3:PutObject action'),
  );
  await expect(writer.send(new GetObjectCommand({ Bucket, Key: 'runs/1/plan.json' }))).rejects.toMatchObject(
    denied('s3:GetObject'),
  );
  await expect(writer.send(new ListBucketsCommand({}))).rejects.toMatchObject(denied('s3:ListAllMyBuckets'));
});

test('nobody deletes from the evidence, not even the administrator, one by one or many at once', async () => {
  await put(administrator, 'runs/2/plan.json');
  const gone = administrator.send(new DeleteObjectCommand({ Bucket, Key: 'runs/2/plan.json' }));
  await expect(gone).rejects.toMatchObject(denied('with an explicit deny in a resource-based policy'));
  const many = await administrator.send(
    new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: 'runs/2/plan.json' }] } }),
  );
  expect(many.Errors).toEqual([expect.objectContaining({ Key: 'runs/2/plan.json', Code: 'AccessDenied' })]);
  await administrator.send(new HeadObjectCommand({ Bucket, Key: 'runs/2/plan.json' }));
});

test('a put without a condition header is denied, with either one it is not', async () => {
  await expect(put(administrator, 'runs/3/x', {})).rejects.toMatchObject(denied('explicit deny'));
  const { ETag } = await put(administrator, 'runs/3/x');
  await put(administrator, 'runs/3/x', { IfMatch: ETag });
  const copy = new CopyObjectCommand({ Bucket, Key: 'runs/3/y', CopySource: `${Bucket}/runs/3/x` });
  await expect(administrator.send(copy)).rejects.toMatchObject(denied('explicit deny'));
});

test('only the completion of a multipart upload needs the condition', async () => {
  const at = { Bucket, Key: 'runs/4/big' };
  const { UploadId } = await administrator.send(new CreateMultipartUploadCommand(at));
  const { ETag } = await administrator.send(new UploadPartCommand({ ...at, UploadId, PartNumber: 1, Body: '1' }));
  const complete = (more: object) =>
    administrator.send(
      new CompleteMultipartUploadCommand({
        ...at,
        UploadId,
        MultipartUpload: { Parts: [{ PartNumber: 1, ETag }] },
        ...more,
      }),
    );
  await expect(complete({})).rejects.toMatchObject(denied('explicit deny'));
  await complete({ IfNoneMatch: '*' });
});

test('only the vote function writes votes', async () => {
  const Key = 'approvals/7/votes/ada.json';
  await expect(put(administrator, Key)).rejects.toMatchObject(denied('explicit deny'));
  await expect(put(role('Other', ['s3:*', '*']), Key)).rejects.toMatchObject(denied('explicit deny'));
  await put(role('Voter', ['s3:PutObject', `${arn}/*`]), Key);
});

test('who may not list a bucket is told 403, not 404, of a key that does not exist', async () => {
  const reader = role('Reader', ['s3:GetObject', `${arn}/*`]);
  const lister = role('Lister', ['s3:GetObject', `${arn}/*`], ['s3:ListBucket', arn]);
  const get = new GetObjectCommand({ Bucket, Key: 'nothing' });
  await expect(reader.send(get)).rejects.toMatchObject(denied('s3:ListBucket'));
  await expect(lister.send(get)).rejects.toMatchObject({ name: 'NoSuchKey' });
});

test('a listing may be limited to a prefix', async () => {
  const statement = {
    Effect: 'Allow',
    Action: 's3:ListBucket',
    Resource: arn,
    Condition: { StringLike: { 's3:prefix': 'runs/*' } },
  };
  const lister = new S3Client(account.client(account.role('PrefixLister', statement)));
  await lister.send(new ListObjectsV2Command({ Bucket, Prefix: 'runs/1/' }));
  await expect(lister.send(new ListObjectsV2Command({ Bucket }))).rejects.toMatchObject(denied('s3:ListBucket'));
});

test('a copy needs to read its source', async () => {
  await put(administrator, 'runs/5/secret');
  const copier = role('Copier', ['s3:PutObject', 'arn:aws:s3:::open/*']);
  const copy = new CopyObjectCommand({ Bucket: 'open', Key: 'x', CopySource: `${Bucket}/runs/5/secret` });
  await expect(copier.send(copy)).rejects.toMatchObject(denied('s3:GetObject'));
});

test('a presigned URL reads its object until it expires, and nothing else', async () => {
  await put(administrator, 'runs/6/räport.html');
  const path = `/${Bucket}/runs/6/r%C3%A4port.html`;
  const { url } = await account.sign('s3', {
    method: 'GET',
    path,
    presign: 60,
    query: { 'response-content-type': 'text/html' },
  });
  const answer = await fetch(url);
  expect([answer.status, await answer.text(), answer.headers.get('content-type')]).toEqual([200, '1', 'text/html']);
  expect((await fetch(url, { method: 'DELETE' })).status).toBe(403);
  expect((await fetch(url.replace('r%C3%A4port', 'other'))).status).toBe(403);
  expect((await fetch(url.replace('X-Amz-Expires=60', 'X-Amz-Expires=600'))).status).toBe(403);
  account.clock.skew = 61_000;
  const late = await fetch(url);
  account.clock.skew = 0;
  expect([late.status, await late.text()]).toEqual([403, expect.stringContaining('Request has expired')]);
});

test('a presigned URL can do no more than its signer', async () => {
  const keys = account.role('Nobody', { Effect: 'Allow', Action: 's3:PutObject', Resource: '*' });
  const { url } = await account.sign('s3', { method: 'GET', path: `/${Bucket}/runs/6/x`, presign: 60 }, keys);
  const answer = await fetch(url);
  expect([answer.status, await answer.text()]).toEqual([403, expect.stringContaining('<Code>AccessDenied</Code>')]);
});
