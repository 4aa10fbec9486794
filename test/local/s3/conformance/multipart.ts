import { createHash } from 'node:crypto';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  PutObjectCommand,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import type { Behaviour } from './behaviour.ts';
import { failure, putText, type Subject } from './subject.ts';

/** The smallest part that is not the last one. */
const FIVE_MIB = Buffer.alloc(5 * 1024 * 1024, 'passage ');
const md5 = (data: Buffer | string) => createHash('md5').update(data).digest();
const refused = (code: string, status = 400) => ({ code, status });

const noSuchUpload = refused('NoSuchUpload', 404);

interface Named {
  readonly PartNumber: number;
  readonly ETag?: string | undefined;
}

async function start(s3: Subject, Key: string, more: object = {}) {
  const at = { Bucket: s3.plain, Key };
  const { UploadId } = await s3.client.send(new CreateMultipartUploadCommand({ ...at, ...more }));
  return {
    at,
    UploadId: UploadId!,
    async part(PartNumber: number, Body: Buffer | string, options: object = {}) {
      const part = await s3.client.send(new UploadPartCommand({ ...at, UploadId, PartNumber, Body, ...options }));
      return { PartNumber, ...part };
    },
    complete: (...Parts: Named[]) =>
      s3.client.send(new CompleteMultipartUploadCommand({ ...at, UploadId, MultipartUpload: { Parts: [...Parts] } })),
    abort: () => s3.client.send(new AbortMultipartUploadCommand({ ...at, UploadId })),
  };
}

/** Of two parts, `passage passage …` and `end`. */
async function made(s3: Subject, Key: string, more: object = {}, partOptions: object = {}) {
  const upload = await start(s3, Key, more);
  const parts = [await upload.part(1, FIVE_MIB, partOptions), await upload.part(2, 'end', partOptions)];
  return { ...upload, done: await upload.complete(...parts) };
}

/** The same of one S3 for all that only read it. */
const shared = new WeakMap<Subject, ReturnType<typeof made>>();
function madeOnce(s3: Subject): ReturnType<typeof made> {
  const known = shared.get(s3) ?? made(s3, 'multipart/shared', { ContentType: 'a/b', Metadata: { run: '1' } });
  shared.set(s3, known);
  return known;
}

const algorithm = (ChecksumAlgorithm: string, ChecksumType: string) => ({ ChecksumAlgorithm, ChecksumType });

export const multipart: readonly Behaviour[] = [
  {
    name: 'the ETag of a multipart object is the MD5 of the MD5s of its parts, and their number',
    documented: 'userguide/mpuoverview.html',
    async run(s3) {
      const { at, done } = await madeOnce(s3);
      const expected = `"${md5(Buffer.concat([md5(FIVE_MIB), md5('end')])).toString('hex')}-2"`;
      expect(done.ETag).toBe(expected);
      const head = await s3.client.send(new HeadObjectCommand(at));
      expect(head).toMatchObject({ ETag: expected, ContentLength: FIVE_MIB.length + 3, ContentType: 'a/b' });
      expect(head.Metadata).toEqual({ run: '1' });
    },
  },
  {
    name: 'a range of a multipart object reaches over the border of its parts',
    documented: 'API/API_GetObject.html',
    async run(s3) {
      const { at } = await madeOnce(s3);
      const got = await s3.client.send(new GetObjectCommand({ ...at, Range: 'bytes=-6' }));
      expect(await got.Body!.transformToString()).toBe('ge end');
    },
  },
  {
    name: 'a part of a multipart object is read by its number, with the number of all',
    documented: 'API/API_GetObject.html',
    moto: 'answers 200, and not how many parts there are',
    async run(s3) {
      const { at } = await madeOnce(s3);
      const part = await s3.client.send(new GetObjectCommand({ ...at, PartNumber: 2 }));
      expect([part.$metadata.httpStatusCode, part.PartsCount]).toEqual([206, 2]);
      expect(await part.Body!.transformToString()).toBe('end');
      expect((await s3.client.send(new HeadObjectCommand({ ...at, PartNumber: 1 }))).ContentLength).toBe(
        FIVE_MIB.length,
      );
    },
  },
  {
    name: 'parts come in any order, one that is sent again replaces the former, and those not named are left out',
    documented: 'userguide/mpuoverview.html',
    async run(s3) {
      const upload = await start(s3, 'multipart/again');
      const last = await upload.part(7, 'end');
      await upload.part(2, 'first');
      const again = await upload.part(2, FIVE_MIB);
      await upload.part(5, 'left out');
      await upload.complete(again, last);
      const head = await s3.client.send(new HeadObjectCommand(upload.at));
      expect(head.ContentLength).toBe(FIVE_MIB.length + 3);
    },
  },
  {
    name: 'a part that is too small is EntityTooSmall unless it is the last',
    documented: 'API/API_CompleteMultipartUpload.html',
    async run(s3) {
      const upload = await start(s3, 'multipart/small');
      const parts = [await upload.part(1, 'small'), await upload.part(2, 'end')];
      expect(await failure(upload.complete(...parts))).toEqual(refused('EntityTooSmall'));
    },
  },
  {
    name: 'a part that was not sent, or has another ETag, is InvalidPart',
    documented: 'API/API_CompleteMultipartUpload.html',
    async run(s3) {
      const upload = await start(s3, 'multipart/invalid');
      const part = await upload.part(1, 'one');
      expect(await failure(upload.complete({ ...part, PartNumber: 2 }))).toEqual(refused('InvalidPart'));
      expect(await failure(upload.complete({ PartNumber: 1, ETag: '"other"' }))).toEqual(refused('InvalidPart'));
      await upload.complete(part);
    },
  },
  {
    name: 'parts that are not named in ascending order are InvalidPartOrder',
    documented: 'API/API_CompleteMultipartUpload.html',
    moto: 'compares each number with 0',
    async run(s3) {
      const upload = await start(s3, 'multipart/order');
      const parts = [await upload.part(1, 'one'), await upload.part(2, 'two')];
      expect(await failure(upload.complete(...parts.toReversed()))).toEqual(refused('InvalidPartOrder'));
    },
  },
  {
    name: 'the number of a part is between 1 and 10,000',
    documented: 'userguide/qfacts.html',
    async run(s3) {
      const upload = await start(s3, 'multipart/numbers');
      expect(await failure(upload.part(10_001, 'x'))).toEqual(refused('InvalidArgument'));
      await upload.part(10_000, 'x');
    },
  },
  {
    name: 'an aborted upload is NoSuchUpload to who would list or abort it',
    documented: 'API/API_AbortMultipartUpload.html',
    async run(s3) {
      const upload = await start(s3, 'multipart/aborted');
      await upload.part(1, 'x');
      await upload.abort();
      const list = new ListPartsCommand({ ...upload.at, UploadId: upload.UploadId });
      expect(await failure(s3.client.send(list))).toEqual(noSuchUpload);
      expect(await failure(upload.abort())).toEqual(noSuchUpload);
      expect(await failure(s3.client.send(new HeadObjectCommand(upload.at)))).toEqual(refused('NotFound', 404));
    },
  },
  {
    name: 'an aborted upload takes no more parts and cannot be completed: NoSuchUpload',
    documented: 'API/API_UploadPart.html',
    moto: 'fails with 500',
    async run(s3) {
      const upload = await start(s3, 'multipart/closed');
      const part = await upload.part(1, 'x');
      await upload.abort();
      expect(await failure(upload.complete(part))).toEqual(noSuchUpload);
      expect(await failure(upload.part(2, 'y'))).toEqual(noSuchUpload);
    },
  },
  {
    name: 'parts are listed in pages, by number',
    documented: 'API/API_ListParts.html',
    async run(s3) {
      const upload = await start(s3, 'multipart/list');
      for (const number of [3, 1, 2]) await upload.part(number, `part ${number}`);
      const list = (more: object) =>
        s3.client.send(new ListPartsCommand({ ...upload.at, UploadId: upload.UploadId, ...more }));
      const first = await list({ MaxParts: 2 });
      expect(first.Parts?.map(({ PartNumber, Size }) => [PartNumber, Size])).toEqual([
        [1, 6],
        [2, 6],
      ]);
      expect([first.IsTruncated, first.NextPartNumberMarker]).toEqual([true, '2']);
      const second = await list({ PartNumberMarker: first.NextPartNumberMarker });
      expect([second.Parts?.map(({ PartNumber }) => PartNumber), second.IsTruncated]).toEqual([[3], false]);
      await upload.abort();
    },
  },
  {
    name: 'uploads are listed in pages, by key and then by their start',
    documented: 'API/API_ListMultipartUploads.html',
    moto: 'lists them in the order of their start, all on one page',
    async run(s3) {
      const uploads = [];
      for (const name of ['b', 'a', 'b', 'c']) uploads.push(await start(s3, `uploads/${name}`));
      const seen: string[] = [];
      let markers: object = {};
      for (let more = true; more; ) {
        const page = await s3.client.send(
          new ListMultipartUploadsCommand({ Bucket: s3.plain, Prefix: 'uploads/', MaxUploads: 1, ...markers }),
        );
        seen.push(...(page.Uploads ?? []).map(({ UploadId }) => UploadId!));
        markers = { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker };
        more = page.IsTruncated === true && seen.length < 9;
      }
      const [b, a, second, c] = uploads.map(({ UploadId }) => UploadId);
      expect([seen[0], new Set(seen.slice(1, 3)), seen[3], seen.length]).toEqual([a, new Set([b, second]), c, 4]);
      for (const upload of uploads) await upload.abort();
    },
  },
  {
    name: 'a checksum of parts is of type COMPOSITE, with their number',
    documented: 'userguide/checking-object-integrity.html',
    moto: 'leaves it out of the answer to the completion',
    async run(s3) {
      const more = algorithm('SHA256', 'COMPOSITE');
      const { at, done } = await made(s3, 'multipart/composite', more, { ChecksumAlgorithm: 'SHA256' });
      const sha256 = (data: Buffer | string) => createHash('sha256').update(data).digest();
      const expected = `${sha256(Buffer.concat([sha256(FIVE_MIB), sha256('end')])).toString('base64')}-2`;
      expect(done.ChecksumSHA256).toBe(expected);
      const head = await s3.client.send(new HeadObjectCommand({ ...at, ChecksumMode: 'ENABLED' }));
      expect([head.ChecksumSHA256, head.ChecksumType]).toEqual([expected, 'COMPOSITE']);
    },
  },
  ...(['CRC32', 'CRC64NVME'] as const).map(
    (name): Behaviour => ({
      name: `a checksum of type FULL_OBJECT by ${name} is that of the same bytes in one piece`,
      documented: 'userguide/checking-object-integrity.html',
      moto: 'knows checksums of parts only',
      async run(s3) {
        const more = algorithm(name, 'FULL_OBJECT');
        const { at, done } = await made(s3, `multipart/full-${name}`, more, { ChecksumAlgorithm: name });
        const whole = await s3.client.send(
          new PutObjectCommand({
            ...{ Bucket: s3.plain, Key: `multipart/whole-${name}`, ChecksumAlgorithm: name },
            Body: Buffer.concat([FIVE_MIB, Buffer.from('end')]),
          }),
        );
        expect(done).toMatchObject({ [`Checksum${name}`]: whole[`Checksum${name}`], ChecksumType: 'FULL_OBJECT' });
        const got = await s3.client.send(new GetObjectCommand({ ...at, ChecksumMode: 'ENABLED' }));
        expect(got[`Checksum${name}`]).toBe(whole[`Checksum${name}`]);
        expect((await got.Body!.transformToByteArray()).length).toBe(FIVE_MIB.length + 3);
      },
    }),
  ),
  {
    name: 'a part may be a range of another object',
    documented: 'API/API_UploadPartCopy.html',
    async run(s3) {
      await putText(s3, s3.plain, 'multipart/source', 'hello world');
      const { at, UploadId, complete } = await start(s3, 'multipart/from');
      const { CopyPartResult } = await s3.client.send(
        new UploadPartCopyCommand({
          ...{ ...at, UploadId, PartNumber: 1, CopySourceRange: 'bytes=6-10' },
          CopySource: `${s3.plain}/multipart/source`,
        }),
      );
      expect(CopyPartResult?.ETag).toBe(`"${md5('world').toString('hex')}"`);
      await complete({ PartNumber: 1, ETag: CopyPartResult?.ETag });
      const got = await s3.client.send(new GetObjectCommand(at));
      expect(await got.Body!.transformToString()).toBe('world');
    },
  },
  {
    name: 'a copy of a multipart object is an object in one piece, with the ETag of one',
    documented: 'API/API_Object.html',
    async run(s3) {
      const { at } = await madeOnce(s3);
      const { CopyObjectResult } = await s3.client.send(
        new CopyObjectCommand({ ...at, Key: 'multipart/copy', CopySource: `${at.Bucket}/${at.Key}` }),
      );
      const expected = `"${md5(Buffer.concat([FIVE_MIB, Buffer.from('end')])).toString('hex')}"`;
      expect(CopyObjectResult?.ETag).toBe(expected);
    },
  },
];
