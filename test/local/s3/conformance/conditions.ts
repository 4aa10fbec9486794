import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import type { Behaviour } from './behaviour.ts';
import { failure, putText, type Subject, startSlowly } from './subject.ts';

const hour = 3_600_000;
const before = () => new Date(Date.now() - hour);
const after = () => new Date(Date.now() + hour);
const failed = { code: 'PreconditionFailed', status: 412 };
const writes = 'userguide/conditional-writes.html';

async function started(s3: Subject, Key: string) {
  const at = { Bucket: s3.plain, Key };
  const { UploadId } = await s3.client.send(new CreateMultipartUploadCommand(at));
  const { ETag } = await s3.client.send(new UploadPartCommand({ ...at, UploadId, PartNumber: 1, Body: 'parts' }));
  return (condition: object) =>
    s3.client.send(
      new CompleteMultipartUploadCommand({
        ...{ ...at, UploadId, ...condition },
        MultipartUpload: { Parts: [{ PartNumber: 1, ETag }] },
      }),
    );
}

const copies = (s3: Subject) => (Key: string, more: object) =>
  s3.client.send(
    new CopyObjectCommand({ Bucket: s3.plain, Key, CopySource: `${s3.plain}/conditions/source`, ...more }),
  );

export const conditions: readonly Behaviour[] = [
  {
    name: 'a read with If-None-Match of the ETag is 304, of another one 200',
    documented: 'userguide/conditional-reads.html',
    async run(s3) {
      const at = { Bucket: s3.plain, Key: 'conditions/none-match' };
      const { ETag } = await putText(s3, at.Bucket, at.Key);
      for (const Command of [GetObjectCommand, HeadObjectCommand]) {
        const read = (IfNoneMatch: string) => s3.client.send(new Command({ ...at, IfNoneMatch }) as GetObjectCommand);
        expect((await failure(read(ETag!))).status).toBe(304);
        expect((await read('"other"')).$metadata.httpStatusCode).toBe(200);
      }
    },
  },
  {
    name: 'a read with If-Match of another ETag is 412, of the own one 200',
    documented: 'userguide/conditional-reads.html',
    async run(s3) {
      const at = { Bucket: s3.plain, Key: 'conditions/match' };
      const { ETag } = await putText(s3, at.Bucket, at.Key);
      const get = (IfMatch: string) => s3.client.send(new GetObjectCommand({ ...at, IfMatch }));
      expect(await failure(get('"other"'))).toEqual(failed);
      expect((await get(ETag!)).ETag).toBe(ETag);
      const head = s3.client.send(new HeadObjectCommand({ ...at, IfMatch: '"other"' }));
      expect((await failure(head)).status).toBe(412);
    },
  },
  {
    name: 'a read of what has not changed since is 304, of what has changed since 412',
    documented: 'userguide/conditional-reads.html',
    async run(s3) {
      const at = { Bucket: s3.plain, Key: 'conditions/since' };
      await putText(s3, at.Bucket, at.Key);
      const get = (more: object) => s3.client.send(new GetObjectCommand({ ...at, ...more }));
      const { LastModified } = await get({ IfModifiedSince: before(), IfUnmodifiedSince: after() });
      expect((await failure(get({ IfModifiedSince: LastModified }))).status).toBe(304);
      expect(await failure(get({ IfUnmodifiedSince: before() }))).toEqual(failed);
    },
  },
  {
    name: 'a condition on the ETag decides before one on the date',
    documented: 'API/API_GetObject.html',
    moto: 'the date decides, too',
    async run(s3) {
      const at = { Bucket: s3.plain, Key: 'conditions/precedence' };
      const { ETag } = await putText(s3, at.Bucket, at.Key);
      const get = (more: object) => s3.client.send(new GetObjectCommand({ ...at, ...more }));
      expect((await get({ IfMatch: ETag, IfUnmodifiedSince: before() })).ETag).toBe(ETag);
      expect((await failure(get({ IfNoneMatch: ETag, IfModifiedSince: before() }))).status).toBe(304);
    },
  },
  {
    name: 'If-None-Match: * creates an object once: the second is 412',
    documented: writes,
    async run(s3) {
      const put = (body: string) => putText(s3, s3.plain, 'conditions/once', body, { IfNoneMatch: '*' });
      await put('first');
      expect(await failure(put('second'))).toEqual(failed);
    },
  },
  {
    name: 'If-Match replaces the object that it names: a stale one is 412, a missing one 404',
    documented: writes,
    async run(s3) {
      const put = (body: string, IfMatch?: string) =>
        putText(s3, s3.plain, 'conditions/swap', body, { ...(IfMatch && { IfMatch }) });
      expect(await failure(put('0', '"etag"'))).toEqual({ code: 'NoSuchKey', status: 404 });
      const first = await put('1');
      await put('2', first.ETag);
      expect(await failure(put('3', first.ETag))).toEqual(failed);
    },
  },
  {
    name: 'where the newest version is a delete marker, If-None-Match: * creates and If-Match is 404',
    documented: writes,
    async run(s3) {
      const [Bucket, Key] = [s3.versioned, 'conditions/marker'];
      const { ETag } = await putText(s3, Bucket, Key);
      await s3.client.send(new DeleteObjectCommand({ Bucket, Key }));
      expect(await failure(putText(s3, Bucket, Key, 'x', { IfMatch: ETag }))).toEqual({
        code: 'NoSuchKey',
        status: 404,
      });
      await putText(s3, Bucket, Key, 'again', { IfNoneMatch: '*' });
    },
  },
  {
    name: 'of writers that create at the same time the first to finish wins, and the others are 412',
    documented: writes,
    async run(s3) {
      const slow = await startSlowly(s3, s3.plain, 'conditions/race', { 'if-none-match': '*' });
      await putText(s3, s3.plain, 'conditions/race', 'fast', { IfNoneMatch: '*' });
      expect(await slow.finish()).toBe(412);
    },
  },
  {
    name: 'a creation is 409 where the object was deleted while it was under way',
    documented: writes,
    moto: 'looks at the end only',
    async run(s3) {
      const at = { Bucket: s3.plain, Key: 'conditions/deleted' };
      const slow = await startSlowly(s3, at.Bucket, at.Key, { 'if-none-match': '*' });
      await putText(s3, at.Bucket, at.Key);
      await s3.client.send(new DeleteObjectCommand(at));
      expect(await slow.finish()).toBe(409);
    },
  },
  {
    name: 'a replacement is 404 where the object was deleted while it was under way, 412 where it was replaced',
    documented: writes,
    async run(s3) {
      const at = { Bucket: s3.plain, Key: 'conditions/gone' };
      const { ETag } = await putText(s3, at.Bucket, at.Key);
      const late = await startSlowly(s3, at.Bucket, at.Key, { 'if-match': ETag! });
      await s3.client.send(new DeleteObjectCommand(at));
      expect(await late.finish()).toBe(404);
      await putText(s3, at.Bucket, at.Key);
      const slow = await startSlowly(s3, at.Bucket, at.Key, { 'if-match': ETag! });
      await putText(s3, at.Bucket, at.Key, 'another');
      expect(await slow.finish()).toBe(412);
    },
  },
  {
    name: 'completing a multipart upload heeds If-None-Match',
    documented: 'API/API_CompleteMultipartUpload.html',
    async run(s3) {
      const at = { Bucket: s3.plain, Key: 'conditions/multipart' };
      const complete = await started(s3, at.Key);
      await putText(s3, at.Bucket, at.Key);
      expect(await failure(complete({ IfNoneMatch: '*' }))).toEqual(failed);
      await s3.client.send(new DeleteObjectCommand(at));
      await complete({ IfNoneMatch: '*' });
    },
  },
  {
    name: 'completing a multipart upload heeds If-Match',
    documented: 'API/API_CompleteMultipartUpload.html',
    moto: 'heeds If-None-Match only',
    async run(s3) {
      const Key = 'conditions/replacing';
      const complete = await started(s3, Key);
      expect(await failure(complete({ IfMatch: '"etag"' }))).toEqual({ code: 'NoSuchKey', status: 404 });
      const { ETag } = await putText(s3, s3.plain, Key);
      expect(await failure(complete({ IfMatch: '"other"' }))).toEqual(failed);
      await complete({ IfMatch: ETag });
    },
  },
  {
    name: 'a copy heeds If-None-Match of its source',
    documented: 'API/API_CopyObject.html',
    async run(s3) {
      const { ETag } = await putText(s3, s3.plain, 'conditions/source');
      const copy = copies(s3);
      expect(await failure(copy('conditions/copy', { CopySourceIfNoneMatch: ETag }))).toEqual(failed);
      await copy('conditions/copy', { CopySourceIfNoneMatch: '"other"' });
    },
  },
  {
    name: 'a copy heeds If-Match of its source, and when that was changed',
    documented: 'API/API_CopyObject.html',
    moto: 'heeds If-None-Match only',
    async run(s3) {
      const { ETag } = await putText(s3, s3.plain, 'conditions/source');
      const copy = copies(s3);
      expect(await failure(copy('conditions/dated', { CopySourceIfMatch: '"other"' }))).toEqual(failed);
      expect(await failure(copy('conditions/dated', { CopySourceIfUnmodifiedSince: before() }))).toEqual(failed);
      expect(await failure(copy('conditions/dated', { CopySourceIfModifiedSince: after() }))).toEqual(failed);
      await copy('conditions/dated', { CopySourceIfMatch: ETag, CopySourceIfModifiedSince: before() });
    },
  },
  {
    name: 'a copy heeds If-None-Match and If-Match of its target',
    documented: 'API/API_CopyObject.html',
    moto: 'heeds conditions of its source only',
    async run(s3) {
      await putText(s3, s3.plain, 'conditions/source');
      const copy = copies(s3);
      await copy('conditions/target', { IfNoneMatch: '*' });
      expect(await failure(copy('conditions/target', { IfNoneMatch: '*' }))).toEqual(failed);
      expect(await failure(copy('conditions/target', { IfMatch: '"other"' }))).toEqual(failed);
    },
  },
  {
    name: 'a delete with If-Match of another ETag is 412 and deletes nothing',
    documented: 'userguide/conditional-deletes.html',
    async run(s3) {
      const at = { Bucket: s3.plain, Key: 'conditions/delete' };
      const { ETag } = await putText(s3, at.Bucket, at.Key);
      const remove = (IfMatch: string) => s3.client.send(new DeleteObjectCommand({ ...at, IfMatch }));
      expect(await failure(remove('"other"'))).toEqual(failed);
      await s3.client.send(new HeadObjectCommand(at));
      await remove(ETag!);
      expect((await failure(s3.client.send(new HeadObjectCommand(at)))).status).toBe(404);
    },
  },
];
