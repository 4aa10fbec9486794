import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  DeleteObjectTaggingCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectTaggingCommand,
} from '@aws-sdk/client-s3';
import type { Behaviour } from './behaviour.ts';
import { failure, putText, type Subject } from './subject.ts';

const head = (s3: Subject, Key: string) => s3.client.send(new HeadObjectCommand({ Bucket: s3.plain, Key }));
const text = async (s3: Subject, Key: string) =>
  (await s3.client.send(new GetObjectCommand({ Bucket: s3.plain, Key }))).Body!.transformToString();
const copy = (s3: Subject, from: string, Key: string, more: object = {}) =>
  s3.client.send(
    new CopyObjectCommand({ Bucket: s3.plain, Key, CopySource: `${s3.plain}/${encodeURIComponent(from)}`, ...more }),
  );
const tags = async (s3: Subject, Key: string) =>
  (await s3.client.send(new GetObjectTaggingCommand({ Bucket: s3.plain, Key }))).TagSet;

const removeMany = (s3: Subject, keys: readonly string[], Quiet: boolean) => {
  const Objects = keys.map((Key) => ({ Key }));
  return s3.client.send(new DeleteObjectsCommand({ Bucket: s3.plain, Delete: { Objects, Quiet } }));
};

const oddKeys = [
  'a b+c%20d',
  'x//y',
  '/leading',
  'trailing/',
  'q?a=1&b#c',
  `<&>"'`,
  'ä €/\u{1f600}',
  '~!@$^*(){}[]|\\:;,',
];

export const writing: readonly Behaviour[] = [
  {
    name: 'metadata and the headers of an object come back with it',
    documented: 'userguide/UsingMetadata.html',
    async run(s3) {
      const given = {
        ...{ ContentType: 'text/plain', CacheControl: 'no-store', ContentEncoding: 'gzip', ContentLanguage: 'de' },
        ContentDisposition: 'inline',
        Metadata: { run: '1', mixedcase: 'Value' },
      };
      await putText(s3, s3.plain, 'writing/metadata', 'x', given);
      expect(await head(s3, 'writing/metadata')).toMatchObject(given);
    },
  },
  {
    name: 'keys with odd characters are written, listed, read and deleted as they are',
    documented: 'userguide/object-keys.html',
    async run(s3) {
      for (const key of oddKeys) await putText(s3, s3.plain, `odd/${key}`, key);
      const listed = await s3.client.send(new ListObjectsV2Command({ Bucket: s3.plain, Prefix: 'odd/' }));
      expect(listed.Contents?.map(({ Key }) => Key).sort()).toEqual(oddKeys.map((key) => `odd/${key}`).sort());
      for (const key of oddKeys) expect(await text(s3, `odd/${key}`)).toBe(key);
      await removeMany(
        s3,
        oddKeys.map((key) => `odd/${key}`),
        true,
      );
      expect((await s3.client.send(new ListObjectsV2Command({ Bucket: s3.plain, Prefix: 'odd/' }))).KeyCount).toBe(0);
    },
  },
  {
    name: 'a key of 1,024 bytes is taken, a longer one is KeyTooLongError',
    documented: 'userguide/object-keys.html',
    moto: 'takes keys of any length',
    async run(s3) {
      const longest = `writing/${'k'.repeat(1016)}`;
      await putText(s3, s3.plain, longest, 'x');
      const longer = putText(s3, s3.plain, `${longest}k`, 'x');
      expect(await failure(longer)).toEqual({ code: 'KeyTooLongError', status: 400 });
    },
  },
  {
    name: 'a copy has the metadata of its source, or with REPLACE its own',
    documented: 'API/API_CopyObject.html',
    async run(s3) {
      await putText(s3, s3.plain, 'writing/source ä', 'copied', { Metadata: { a: '1' }, ContentType: 'text/plain' });
      const { CopyObjectResult } = await copy(s3, 'writing/source ä', 'writing/copy');
      expect(CopyObjectResult).toMatchObject({
        ETag: (await head(s3, 'writing/source ä')).ETag,
        LastModified: expect.any(Date),
      });
      await copy(s3, 'writing/source ä', 'writing/replaced', { MetadataDirective: 'REPLACE', Metadata: { b: '2' } });
      expect(await head(s3, 'writing/copy')).toMatchObject({ Metadata: { a: '1' }, ContentType: 'text/plain' });
      expect((await head(s3, 'writing/replaced')).Metadata).toEqual({ b: '2' });
      expect(await text(s3, 'writing/replaced')).toBe('copied');
    },
  },
  {
    name: 'a copy of what is missing is NoSuchKey, one onto itself without a change InvalidRequest',
    documented: 'API/API_CopyObject.html',
    async run(s3) {
      expect(await failure(copy(s3, 'writing/missing', 'writing/x'))).toEqual({ code: 'NoSuchKey', status: 404 });
      await putText(s3, s3.plain, 'writing/itself', 'x');
      const same = copy(s3, 'writing/itself', 'writing/itself');
      expect(await failure(same)).toEqual({ code: 'InvalidRequest', status: 400 });
      await copy(s3, 'writing/itself', 'writing/itself', { MetadataDirective: 'REPLACE', Metadata: { b: '2' } });
    },
  },
  {
    name: 'deleting is 204, of what is missing too',
    documented: 'API/API_DeleteObject.html',
    async run(s3) {
      await putText(s3, s3.plain, 'writing/deleted');
      for (let time = 0; time < 2; time++) {
        const gone = await s3.client.send(new DeleteObjectCommand({ Bucket: s3.plain, Key: 'writing/deleted' }));
        expect(gone.$metadata.httpStatusCode).toBe(204);
      }
    },
  },
  {
    name: 'many are deleted at once, missing ones too',
    documented: 'API/API_DeleteObjects.html',
    async run(s3) {
      const keys = ['writing/many-1', 'writing/many-2', 'writing/many-missing'];
      for (const key of keys.slice(0, 2)) await putText(s3, s3.plain, key);
      expect((await removeMany(s3, keys, false)).Deleted?.map(({ Key }) => Key).sort()).toEqual(keys);
      expect((await failure(head(s3, 'writing/many-1'))).status).toBe(404);
    },
  },
  {
    name: 'many that are deleted quietly are not told of',
    documented: 'API/API_DeleteObjects.html',
    moto: 'tells of them all the same',
    async run(s3) {
      await putText(s3, s3.plain, 'writing/quiet');
      expect((await removeMany(s3, ['writing/quiet'], true)).Deleted).toBeUndefined();
      expect((await failure(head(s3, 'writing/quiet'))).status).toBe(404);
    },
  },
  {
    name: 'tags are given with an object, counted, changed and taken away',
    documented: 'userguide/object-tagging.html',
    async run(s3) {
      const at = { Bucket: s3.plain, Key: 'writing/tags' };
      const { ETag } = await putText(s3, at.Bucket, at.Key, 'x', { Tagging: 'run=1&kind=a%20dump' });
      expect(await tags(s3, at.Key)).toEqual([
        { Key: 'run', Value: '1' },
        { Key: 'kind', Value: 'a dump' },
      ]);
      expect((await s3.client.send(new GetObjectCommand(at))).TagCount).toBe(2);
      const TagSet = [{ Key: 'run', Value: '2' }];
      await s3.client.send(new PutObjectTaggingCommand({ ...at, Tagging: { TagSet } }));
      expect(await tags(s3, at.Key)).toEqual(TagSet);
      const { $metadata } = await s3.client.send(new DeleteObjectTaggingCommand(at));
      expect([$metadata.httpStatusCode, await tags(s3, at.Key)]).toEqual([204, []]);
      expect((await head(s3, at.Key)).ETag).toBe(ETag);
    },
  },
  {
    name: 'an object has ten tags at most, each of another name',
    documented: 'userguide/object-tagging.html',
    moto: 'takes any number with PutObject',
    async run(s3) {
      const eleven = Array.from({ length: 11 }, (_, index) => `tag-${index}=x`).join('&');
      expect((await failure(putText(s3, s3.plain, 'writing/eleven', 'x', { Tagging: eleven }))).status).toBe(400);
      const TagSet = [
        { Key: 'run', Value: '1' },
        { Key: 'run', Value: '2' },
      ];
      await putText(s3, s3.plain, 'writing/eleven');
      const twice = new PutObjectTaggingCommand({ Bucket: s3.plain, Key: 'writing/eleven', Tagging: { TagSet } });
      expect(await failure(s3.client.send(twice))).toEqual({ code: 'InvalidTag', status: 400 });
    },
  },
  {
    name: 'a bucket is made once, and deleted only when it is empty',
    documented: 'API/API_DeleteBucket.html',
    async run(s3) {
      const Bucket = 'conformance-made';
      const create = () =>
        s3.client.send(
          new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint: 'eu-central-1' } }),
        );
      await create();
      expect(await failure(create())).toEqual({ code: 'BucketAlreadyOwnedByYou', status: 409 });
      await s3.client.send(new HeadBucketCommand({ Bucket }));
      await putText(s3, Bucket, 'x');
      const remove = () => s3.client.send(new DeleteBucketCommand({ Bucket }));
      expect(await failure(remove())).toEqual({ code: 'BucketNotEmpty', status: 409 });
      await s3.client.send(new DeleteObjectCommand({ Bucket, Key: 'x' }));
      await remove();
      expect((await failure(s3.client.send(new HeadBucketCommand({ Bucket })))).status).toBe(404);
    },
  },
];
