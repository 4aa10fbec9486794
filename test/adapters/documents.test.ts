import {
  DeleteObjectsCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  NoSuchKey,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { z } from 'zod';
import { s3Documents } from '../../lib/adapters/documents.ts';

const s3 = mockClient(S3Client);
const documents = s3Documents(new S3Client({ region: 'eu-west-1' }), 'evidence');
beforeEach(() => s3.reset());

const refusal = (name: string, status: number) =>
  new S3ServiceException({ name, message: name, $fault: 'client', $metadata: { httpStatusCode: status } });
const body = (text: string) => ({ Body: { transformToString: async () => text } as never, ETag: '"1"' });
const puts = () => s3.commandCalls(PutObjectCommand).map((call) => call.args[0].input);
const unavailable = (message: RegExp) =>
  expect.objectContaining({ name: 'ServiceUnavailable', message: expect.stringMatching(message) });

describe('reading', () => {
  const Shape = z.strictObject({ a: z.int() });

  test('gives value, text and ETag', async () => {
    s3.on(GetObjectCommand, { Bucket: 'evidence', Key: 'k' }).resolves(body('{"a": 1}'));
    expect(await documents.read('k', Shape)).toEqual({ value: { a: 1 }, etag: '"1"', text: '{"a": 1}' });
    expect(await documents.text('k')).toBe('{"a": 1}');
  });

  test('what is not there is null', async () => {
    s3.on(GetObjectCommand).rejects(new NoSuchKey({ message: 'no', $metadata: {} }));
    expect([await documents.read('k', Shape), await documents.text('k')]).toEqual([null, null]);
  });

  test('what may not be read is not what is not there', async () => {
    s3.on(GetObjectCommand).rejects(refusal('AccessDenied', 403));
    await expect(documents.read('k', Shape)).rejects.toEqual(unavailable(/read s3:\/\/evidence\/k: AccessDenied/));
  });

  test.each(['{"a": "one"}', '{"a": 1', ''])(
    'a document that is %j is a failure, which names its key',
    async (text) => {
      s3.on(GetObjectCommand).resolves(body(text));
      await expect(documents.read('k', Shape)).rejects.toEqual(unavailable(/s3:\/\/evidence\/k is not the document/));
    },
  );
});

describe('creating', () => {
  test('writes under the condition that nothing is there', async () => {
    s3.on(PutObjectCommand).resolves({ ETag: '"1"' });
    expect(await documents.create('k.json', { a: 1 })).toBe(true);
    expect(puts()[0]).toMatchObject({ IfNoneMatch: '*', ContentType: 'application/json', Body: '{\n  "a": 1\n}' });
  });

  test('a page is text, and is told as one', async () => {
    s3.on(PutObjectCommand).resolves({ ETag: '"1"' });
    await documents.create('report.html', '<p>');
    expect(puts()[0]).toMatchObject({ Body: '<p>', ContentType: 'text/html; charset=utf-8' });
  });

  test('412: another was faster', async () => {
    s3.on(PutObjectCommand).rejects(refusal('PreconditionFailed', 412));
    expect(await documents.create('k', {})).toBe(false);
  });

  test('409: another is writing, which may yet fail, so it is tried again until it is decided', async () => {
    const conflict = refusal('ConditionalRequestConflict', 409);
    s3.on(PutObjectCommand).rejectsOnce(conflict).rejectsOnce(conflict).resolves({ ETag: '"1"' });
    expect(await documents.create('k', {})).toBe(true);
    s3.reset();
    s3.on(PutObjectCommand).rejectsOnce(conflict).rejects(refusal('PreconditionFailed', 412));
    expect(await documents.create('k', {})).toBe(false);
  });

  test('409 without an end is a failure, not a document that exists', async () => {
    s3.on(PutObjectCommand).rejects(refusal('ConditionalRequestConflict', 409));
    await expect(documents.create('k', {})).rejects.toEqual(unavailable(/write s3:\/\/evidence\/k/));
    expect(puts()).toHaveLength(5);
  });

  test('404 of the bucket is a failure, not a document that exists', async () => {
    s3.on(PutObjectCommand).rejects(refusal('NoSuchBucket', 404));
    await expect(documents.create('k', {})).rejects.toEqual(unavailable(/NoSuchBucket/));
  });

  test('403 is a failure', async () => {
    s3.on(PutObjectCommand).rejects(refusal('AccessDenied', 403));
    await expect(documents.create('k', {})).rejects.toEqual(unavailable(/AccessDenied/));
  });
});

describe('swapping', () => {
  test('replaces exactly the version that was read', async () => {
    s3.on(PutObjectCommand).resolves({ ETag: '"2"' });
    expect(await documents.swap('k', {}, '"1"')).toBe('"2"');
    expect(await documents.swap('k', {}, null)).toBe('"2"');
    expect(puts().map(({ IfMatch, IfNoneMatch }) => ({ IfMatch, IfNoneMatch }))).toEqual([
      { IfMatch: '"1"', IfNoneMatch: undefined },
      { IfMatch: undefined, IfNoneMatch: '*' },
    ]);
  });

  test.each([
    ['412: it is another by now', refusal('PreconditionFailed', 412)],
    ['404: it is gone', refusal('NoSuchKey', 404)],
  ])('%s', async (_, error) => {
    s3.on(PutObjectCommand).rejects(error);
    expect(await documents.swap('k', {}, '"1"')).toBe(false);
  });
});

test('lists page after page, and adds up their sizes', async () => {
  s3.on(ListObjectsV2Command, { Prefix: 'p/', ContinuationToken: undefined }).resolves({
    Contents: [{ Key: 'p/a', Size: 1 }],
    NextContinuationToken: 'more',
  });
  s3.on(ListObjectsV2Command, { Prefix: 'p/', ContinuationToken: 'more' }).resolves({
    Contents: [{ Key: 'p/b', Size: 2 }],
  });
  expect(await documents.keys('p/')).toEqual(['p/a', 'p/b']);
  expect(await documents.size('p/')).toBe(3);
});

describe('removing', () => {
  test('takes a thousand keys at a time, and none for none', async () => {
    s3.on(DeleteObjectsCommand).resolves({});
    await documents.remove(Array.from({ length: 2500 }, (_, index) => `k${index}`));
    const calls = s3.commandCalls(DeleteObjectsCommand);
    expect(calls.map((call) => call.args[0].input.Delete?.Objects?.length)).toEqual([1000, 1000, 500]);
    s3.resetHistory();
    await documents.remove([]);
    expect(s3.calls()).toHaveLength(0);
  });

  test('one object that could not be removed fails the whole, by its key', async () => {
    s3.on(DeleteObjectsCommand).resolves({ Errors: [{ Key: 'k1', Code: 'AccessDenied', Message: 'no' }] });
    await expect(documents.remove(['k1'])).rejects.toEqual(unavailable(/k1: AccessDenied/));
  });
});

test('staging is written without a condition', async () => {
  s3.on(PutObjectCommand).resolves({});
  await documents.put('k', 'text', 'text/plain');
  expect(puts()[0]).toEqual({ Bucket: 'evidence', Key: 'k', Body: 'text', ContentType: 'text/plain' });
});
