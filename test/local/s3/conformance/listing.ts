import { ListBucketsCommand, ListObjectsV2Command, paginateListObjectsV2 } from '@aws-sdk/client-s3';
import type { Behaviour } from './behaviour.ts';
import { failure, putText, type Subject } from './subject.ts';

const page = 'API/API_ListObjectsV2.html';
const names = ['a', 'b/1', 'b/2', 'b/c/3', 'd', 'e/4'];

/** The keys below a prefix of their own, and how to list them. */
async function listed(s3: Subject, name: string, keys: readonly string[] = names) {
  const Prefix = `listing-${name}/`;
  for (const key of keys.toReversed()) await putText(s3, s3.plain, Prefix + key, '1');
  const list = async (more: object = {}) => {
    const answer = await s3.client.send(new ListObjectsV2Command({ Bucket: s3.plain, Prefix, ...more }));
    return {
      ...answer,
      keys: (answer.Contents ?? []).map(({ Key }) => Key!.slice(Prefix.length)),
      prefixes: (answer.CommonPrefixes ?? []).map((each) => each.Prefix!.slice(Prefix.length)),
    };
  };
  return { Prefix, list };
}

export const listing: readonly Behaviour[] = [
  {
    name: 'keys are listed in the order of their bytes in UTF-8, each with its size, ETag and time',
    documented: page,
    async run(s3) {
      // U+FF5E stands before U+1F600 in UTF-8, and behind it in UTF-16.
      const { list } = await listed(s3, 'order', ['B', 'a', 'a-b', 'ä', '\uff5e', '\u{1f600}']);
      const answer = await list();
      expect(answer.keys).toEqual(['B', 'a', 'a-b', 'ä', '\uff5e', '\u{1f600}']);
      expect(answer.KeyCount).toBe(6);
      expect(answer.Contents?.[0]).toMatchObject({
        ...{ Size: 1, ETag: '"c4ca4238a0b923820dcc509a6f75849b"', StorageClass: 'STANDARD' },
        LastModified: expect.any(Date),
      });
    },
  },
  {
    name: 'a delimiter rolls up what stands behind it into common prefixes, which count as one each',
    documented: page,
    async run(s3) {
      const { Prefix, list } = await listed(s3, 'delimiter');
      const top = await list({ Delimiter: '/' });
      expect([top.keys, top.prefixes, top.KeyCount]).toEqual([['a', 'd'], ['b/', 'e/'], 4]);
      const below = await list({ Delimiter: '/', Prefix: `${Prefix}b/` });
      expect([below.keys, below.prefixes]).toEqual([['b/1', 'b/2'], ['b/c/']]);
    },
  },
  {
    name: 'a page holds no more than MaxKeys, says that there is more and goes on from its token',
    documented: page,
    async run(s3) {
      const { list } = await listed(s3, 'pages');
      const first = await list({ MaxKeys: 4 });
      expect([first.keys, first.IsTruncated, first.MaxKeys]).toEqual([names.slice(0, 4), true, 4]);
      const second = await list({ MaxKeys: 4, ContinuationToken: first.NextContinuationToken });
      expect([second.keys, second.IsTruncated]).toEqual([names.slice(4), false]);
      expect(second.NextContinuationToken).toBeUndefined();
    },
  },
  {
    name: 'a list says what it was asked for',
    documented: page,
    moto: 'does not repeat the token',
    async run(s3) {
      const { Prefix, list } = await listed(s3, 'asked');
      const asked = { Delimiter: '/', StartAfter: `${Prefix}a`, MaxKeys: 1 };
      const first = await list(asked);
      expect(first).toMatchObject({ ...asked, Prefix, Name: s3.plain });
      const ContinuationToken = first.NextContinuationToken;
      expect(await list({ ContinuationToken })).toMatchObject({ ContinuationToken });
    },
  },
  {
    name: 'pages with a delimiter give each key and each common prefix once',
    documented: page,
    async run(s3) {
      const { Prefix } = await listed(s3, 'rolled');
      for (const pageSize of [1, 2, 3]) {
        const seen: string[] = [];
        const pages = paginateListObjectsV2(
          { client: s3.client, pageSize },
          { Bucket: s3.plain, Prefix, Delimiter: '/' },
        );
        for await (const { Contents = [], CommonPrefixes = [], KeyCount } of pages) {
          expect(KeyCount).toBeLessThanOrEqual(pageSize);
          const entries = [...Contents.map(({ Key }) => Key!), ...CommonPrefixes.map((each) => each.Prefix!)].sort();
          seen.push(...entries.map((entry) => entry.slice(Prefix.length)));
        }
        expect(seen).toEqual(['a', 'b/', 'd', 'e/']);
      }
    },
  },
  {
    name: 'StartAfter leaves out the keys up to and with it, whether it is there or not',
    documented: page,
    async run(s3) {
      const { Prefix, list } = await listed(s3, 'start-after');
      expect((await list({ StartAfter: `${Prefix}b/2` })).keys).toEqual(['b/c/3', 'd', 'e/4']);
      expect((await list({ StartAfter: `${Prefix}c` })).keys).toEqual(['d', 'e/4']);
    },
  },
  {
    name: 'MaxKeys of 0 is an empty page with no more behind it',
    documented: page,
    async run(s3) {
      const { list } = await listed(s3, 'none', ['x']);
      expect(await list({ MaxKeys: 0 })).toMatchObject({ keys: [], KeyCount: 0, IsTruncated: false });
    },
  },
  {
    name: 'EncodingType url encodes what XML cannot carry, and says so',
    documented: page,
    async run(s3) {
      const { list, Prefix } = await listed(s3, 'encoded (1)', ['a\u0001', 'test_file(3).png', 'ä/1']);
      const answer = await s3.client.send(
        new ListObjectsV2Command({ Bucket: s3.plain, Prefix, EncodingType: 'url', Delimiter: '/' }),
      );
      expect(answer.EncodingType).toBe('url');
      const keys = answer.Contents?.map(({ Key }) => Key?.split('/')[1]);
      expect(keys).toEqual(['a%01', 'test_file%283%29.png']);
      expect(decodeURIComponent(answer.Prefix!.replaceAll('+', '%20'))).toBe(Prefix);
      expect(answer.CommonPrefixes?.map((each) => each.Prefix?.split('/')[1])).toEqual(['%C3%A4']);
      expect((await list({ StartAfter: `${Prefix}test` })).keys).toEqual(['test_file(3).png', 'ä/1']);
    },
  },
  {
    name: 'a list of a missing bucket is NoSuchBucket, of a prefix without keys empty',
    documented: page,
    async run(s3) {
      const missing = new ListObjectsV2Command({ Bucket: 'conformance-nowhere' });
      expect(await failure(s3.client.send(missing))).toEqual({ code: 'NoSuchBucket', status: 404 });
      const none = await s3.client.send(new ListObjectsV2Command({ Bucket: s3.plain, Prefix: 'listing-nothing/' }));
      expect([none.KeyCount, none.Contents]).toEqual([0, undefined]);
    },
  },
  {
    name: 'buckets are listed with the time that they were made',
    documented: 'API/API_ListBuckets.html',
    async run(s3) {
      const { Buckets = [] } = await s3.client.send(new ListBucketsCommand({}));
      expect(Buckets).toEqual(
        expect.arrayContaining([expect.objectContaining({ Name: s3.plain, CreationDate: expect.any(Date) })]),
      );
    },
  },
];
