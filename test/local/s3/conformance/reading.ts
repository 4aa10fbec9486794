import { GetObjectCommand, HeadObjectCommand } from '@aws-sdk/client-s3';
import type { Behaviour } from './behaviour.ts';
import { failure, putText, type Subject, send } from './subject.ts';

const hello = async (s3: Subject, Key: string) => {
  await putText(s3, s3.plain, Key, 'hello world');
  return async (Range: string) => {
    const got = await s3.client.send(new GetObjectCommand({ Bucket: s3.plain, Key, Range }));
    return [got.$metadata.httpStatusCode, got.ContentRange, await got.Body!.transformToString()];
  };
};

export const reading: readonly Behaviour[] = [
  {
    name: 'a range from one byte to another is answered 206 with where it lies',
    documented: 'API/API_GetObject.html',
    async run(s3) {
      const read = await hello(s3, 'reading/range');
      expect(await read('bytes=0-4')).toEqual([206, 'bytes 0-4/11', 'hello']);
      expect(await read('bytes=4-4')).toEqual([206, 'bytes 4-4/11', 'o']);
    },
  },
  {
    name: 'an open range reaches to the end, and one that ends behind the object is cut',
    documented: 'API/API_GetObject.html',
    async run(s3) {
      const read = await hello(s3, 'reading/open');
      expect(await read('bytes=6-')).toEqual([206, 'bytes 6-10/11', 'world']);
      expect(await read('bytes=9-99')).toEqual([206, 'bytes 9-10/11', 'ld']);
    },
  },
  {
    name: 'a suffix range counts from the end, and is the whole object where that is shorter',
    documented: 'API/API_GetObject.html',
    async run(s3) {
      const read = await hello(s3, 'reading/suffix');
      expect(await read('bytes=-3')).toEqual([206, 'bytes 8-10/11', 'rld']);
      expect(await read('bytes=-99')).toEqual([206, 'bytes 0-10/11', 'hello world']);
    },
  },
  {
    name: 'a range that begins behind the end is 416 InvalidRange',
    documented: 'API/ErrorResponses.html#ErrorCodeList',
    async run(s3) {
      const read = await hello(s3, 'reading/behind');
      expect(await failure(read('bytes=11-'))).toEqual({ code: 'InvalidRange', status: 416 });
      await putText(s3, s3.plain, 'reading/nothing', '');
      const empty = new GetObjectCommand({ Bucket: s3.plain, Key: 'reading/nothing', Range: 'bytes=0-0' });
      expect(await failure(s3.client.send(empty))).toEqual({ code: 'InvalidRange', status: 416 });
    },
  },
  {
    name: 'HEAD heeds a range as GET does',
    documented: 'API/API_HeadObject.html',
    async run(s3) {
      await hello(s3, 'reading/head-range');
      const head = await s3.client.send(
        new HeadObjectCommand({ Bucket: s3.plain, Key: 'reading/head-range', Range: 'bytes=0-4' }),
      );
      expect([head.$metadata.httpStatusCode, head.ContentLength]).toEqual([206, 5]);
    },
  },
  {
    name: 'an empty object is an object',
    documented: 'API/API_PutObject.html',
    async run(s3) {
      const put = await putText(s3, s3.plain, 'reading/empty', '');
      expect(put.ETag).toBe('"d41d8cd98f00b204e9800998ecf8427e"');
      const got = await s3.client.send(new GetObjectCommand({ Bucket: s3.plain, Key: 'reading/empty' }));
      expect([got.ContentLength, await got.Body!.transformToString()]).toEqual([0, '']);
    },
  },
  {
    name: 'the reader may ask for other headers of the answer',
    documented: 'API/API_GetObject.html',
    moto: 'does not heed response-… in a query',
    async run(s3) {
      await putText(s3, s3.plain, 'reading/overrides', 'x', { ContentType: 'text/plain' });
      const got = await s3.client.send(
        new GetObjectCommand({
          ...{ Bucket: s3.plain, Key: 'reading/overrides', ResponseContentType: 'text/html' },
          ResponseContentDisposition: 'attachment; filename="report.html"',
        }),
      );
      expect([got.ContentType, got.ContentDisposition]).toEqual(['text/html', 'attachment; filename="report.html"']);
    },
  },
  {
    name: 'a missing key is 404 NoSuchKey to GET, and 404 without a body to HEAD',
    documented: 'API/API_HeadObject.html',
    async run(s3) {
      const at = { Bucket: s3.plain, Key: 'reading/missing' };
      expect(await failure(s3.client.send(new GetObjectCommand(at)))).toEqual({ code: 'NoSuchKey', status: 404 });
      expect(await failure(s3.client.send(new HeadObjectCommand(at)))).toEqual({ code: 'NotFound', status: 404 });
      expect(await send(s3, { method: 'HEAD', bucket: s3.plain, key: at.Key })).toMatchObject({
        status: 404,
        body: '',
      });
    },
  },
  {
    name: 'a missing bucket is 404 NoSuchBucket',
    documented: 'API/ErrorResponses.html#ErrorCodeList',
    async run(s3) {
      const get = new GetObjectCommand({ Bucket: 'conformance-nowhere', Key: 'x' });
      expect(await failure(s3.client.send(get))).toEqual({ code: 'NoSuchBucket', status: 404 });
    },
  },
];
