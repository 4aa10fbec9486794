import {
  CopyObjectCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
} from '@aws-sdk/client-s3';
import type { Behaviour } from './behaviour.ts';
import { failure, putText, type Subject, send } from './subject.ts';

/** Two versions, and a delete marker before them. */
async function deleted(s3: Subject, Key: string) {
  const at = { Bucket: s3.versioned, Key };
  const first = (await putText(s3, at.Bucket, Key, 'first')).VersionId;
  const second = (await putText(s3, at.Bucket, Key, 'second')).VersionId;
  const marker = await s3.client.send(new DeleteObjectCommand(at));
  const read = async (VersionId?: string) =>
    (await s3.client.send(new GetObjectCommand({ ...at, ...(VersionId && { VersionId }) }))).Body!.transformToString();
  return { at, first, second, marker, read };
}

export const versions: readonly Behaviour[] = [
  {
    name: 'each write to a bucket with versions gets an id, by which it is read even when it is not the newest',
    documented: 'userguide/Versioning.html',
    async run(s3) {
      const { first, second, read } = await deleted(s3, 'versions/ids');
      expect(new Set([first, second]).size).toBe(2);
      expect([await read(first), await read(second)]).toEqual(['first', 'second']);
      const { Status } = await s3.client.send(new GetBucketVersioningCommand({ Bucket: s3.versioned }));
      expect(Status).toBe('Enabled');
    },
  },
  {
    name: 'a bucket without versions tells of none',
    documented: 'userguide/Versioning.html',
    async run(s3) {
      expect((await putText(s3, s3.plain, 'versions/none')).VersionId).toBeUndefined();
      const { Status } = await s3.client.send(new GetBucketVersioningCommand({ Bucket: s3.plain }));
      expect(Status).toBeUndefined();
    },
  },
  {
    name: 'a delete without an id adds a delete marker and says so',
    documented: 'userguide/DeleteMarker.html',
    async run(s3) {
      const { marker } = await deleted(s3, 'versions/marker');
      expect(marker).toMatchObject({ DeleteMarker: true, VersionId: expect.any(String) });
    },
  },
  {
    name: 'behind a delete marker GET and HEAD are 404, and no list names the key',
    documented: 'userguide/DeleteMarker.html',
    async run(s3) {
      const { at } = await deleted(s3, 'versions/hidden');
      expect(await failure(s3.client.send(new GetObjectCommand(at)))).toEqual({ code: 'NoSuchKey', status: 404 });
      expect((await failure(s3.client.send(new HeadObjectCommand(at)))).status).toBe(404);
      const { KeyCount } = await s3.client.send(new ListObjectsV2Command({ Bucket: at.Bucket, Prefix: at.Key }));
      expect(KeyCount).toBe(0);
    },
  },
  {
    name: 'such a 404 says by x-amz-delete-marker why, and by which version',
    documented: 'userguide/DeleteMarker.html',
    moto: 'answers as if there had never been an object',
    async run(s3) {
      const { at, marker } = await deleted(s3, 'versions/told');
      for (const method of ['GET', 'HEAD']) {
        const answer = await send(s3, { method, bucket: at.Bucket, key: at.Key });
        const headers = ['x-amz-delete-marker', 'x-amz-version-id'].map((name) => answer.headers.get(name));
        expect([answer.status, ...headers]).toEqual([404, 'true', marker.VersionId]);
      }
    },
  },
  {
    name: 'a delete marker asked for by its id is 405 MethodNotAllowed, of which only a delete is allowed',
    documented: 'userguide/DeleteMarker.html',
    moto: 'leaves out the header Allow',
    async run(s3) {
      const { at, marker } = await deleted(s3, 'versions/not-allowed');
      const VersionId = marker.VersionId!;
      const get = new GetObjectCommand({ ...at, VersionId });
      expect(await failure(s3.client.send(get))).toEqual({ code: 'MethodNotAllowed', status: 405 });
      const head = new HeadObjectCommand({ ...at, VersionId });
      expect((await failure(s3.client.send(head))).status).toBe(405);
      const answer = await send(s3, { method: 'GET', bucket: at.Bucket, key: at.Key, query: { versionId: VersionId } });
      const headers = ['allow', 'x-amz-delete-marker'].map((name) => answer.headers.get(name));
      expect(headers).toEqual(['DELETE', 'true']);
    },
  },
  {
    name: 'deleting the delete marker brings the object back',
    documented: 'userguide/DeleteMarker.html',
    async run(s3) {
      const { at, marker, read } = await deleted(s3, 'versions/back');
      const removed = await s3.client.send(new DeleteObjectCommand({ ...at, VersionId: marker.VersionId! }));
      expect(removed.VersionId).toBe(marker.VersionId);
      expect(await read()).toBe('second');
    },
  },
  {
    name: 'who deletes a delete marker is told that it was one',
    documented: 'API/API_DeleteObject.html',
    moto: 'tells it of a marker that it adds only',
    async run(s3) {
      const { at, marker } = await deleted(s3, 'versions/was-one');
      const removed = await s3.client.send(new DeleteObjectCommand({ ...at, VersionId: marker.VersionId! }));
      expect(removed.DeleteMarker).toBe(true);
    },
  },
  {
    name: 'deleting the newest version for good makes the one before it the newest',
    documented: 'userguide/DeletingObjectVersions.html',
    async run(s3) {
      const { at, marker, second, read } = await deleted(s3, 'versions/newest');
      await s3.client.send(new DeleteObjectCommand({ ...at, VersionId: marker.VersionId! }));
      await s3.client.send(new DeleteObjectCommand({ ...at, VersionId: second! }));
      expect(await read()).toBe('first');
      expect(await failure(read(second))).toEqual({ code: 'NoSuchVersion', status: 404 });
    },
  },
  {
    name: 'versions and delete markers are listed, those of a key the newest first',
    documented: 'API/API_ListObjectVersions.html',
    async run(s3) {
      const { at, first, second, marker } = await deleted(s3, 'versions/listed');
      const all = await s3.client.send(new ListObjectVersionsCommand({ Bucket: at.Bucket, Prefix: at.Key }));
      expect(all.Versions?.map(({ VersionId, IsLatest }) => [VersionId, IsLatest])).toEqual([
        [second, false],
        [first, false],
      ]);
      expect(all.DeleteMarkers).toMatchObject([{ Key: at.Key, VersionId: marker.VersionId, IsLatest: true }]);
    },
  },
  {
    name: 'a list of versions goes on behind the key and version that its page ended with',
    documented: 'API/API_ListObjectVersions.html',
    async run(s3) {
      const { at, first, second, marker } = await deleted(s3, 'versions/pages');
      const seen: (string | undefined)[] = [];
      let markers: object = {};
      for (let more = true; more; ) {
        const page = await s3.client.send(
          new ListObjectVersionsCommand({ Bucket: at.Bucket, Prefix: at.Key, MaxKeys: 1, ...markers }),
        );
        seen.push(...[...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])].map(({ VersionId }) => VersionId));
        markers = { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker };
        more = page.IsTruncated === true && seen.length < 9;
      }
      expect(seen).toEqual([marker.VersionId, second, first]);
    },
  },
  {
    name: 'an older version is copied by its id, which the answer tells',
    documented: 'API/API_CopyObject.html',
    async run(s3) {
      const { at, first, read } = await deleted(s3, 'versions/copied');
      const copy = await s3.client.send(
        new CopyObjectCommand({ ...at, CopySource: `${at.Bucket}/${at.Key}?versionId=${first}` }),
      );
      expect(copy.CopySourceVersionId).toBe(first);
      expect(await read()).toBe('first');
    },
  },
  {
    name: 'many are deleted at once: keys by markers, versions for good',
    documented: 'API/API_DeleteObjects.html',
    async run(s3) {
      const { at, first } = await deleted(s3, 'versions/many');
      await putText(s3, at.Bucket, 'versions/many-more');
      const { Deleted } = await s3.client.send(
        new DeleteObjectsCommand({
          Bucket: at.Bucket,
          Delete: { Objects: [{ Key: at.Key, VersionId: first! }, { Key: 'versions/many-more' }] },
        }),
      );
      expect(Deleted).toEqual(
        expect.arrayContaining([
          { Key: at.Key, VersionId: first },
          { Key: 'versions/many-more', DeleteMarker: true, DeleteMarkerVersionId: expect.any(String) },
        ]),
      );
    },
  },
];
