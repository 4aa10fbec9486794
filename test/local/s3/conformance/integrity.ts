import { createHash, createHmac } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { GetObjectCommand, HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { region } from '../../account.ts';
import type { Behaviour } from './behaviour.ts';
import { failure, putText, type Subject, send, sign } from './subject.ts';

const page = 'userguide/checking-object-integrity.html';
const streaming = 'API/sigv4-streaming.html';
const hash = (data: string | Buffer) => createHash('sha256').update(data).digest('hex');
const hmac = (key: string | Buffer, data: string) => createHmac('sha256', key).update(data).digest();
const crc32Of = (text: string) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc32(text));
  return bytes.toString('base64');
};

/** Of `123456789`, the sequence that every catalogue of checksums gives them for. */
const known = {
  CRC32: 'cbf43926',
  CRC32C: 'e3069283',
  CRC64NVME: 'ae8b14860a799888',
  SHA1: 'f7c3bc1d808e04732adf679965ccc34ca7ae3441',
  SHA256: '15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225',
} as const;

const algorithms = Object.keys(known) as (keyof typeof known)[];
const expected = (algorithm: keyof typeof known) => Buffer.from(known[algorithm], 'hex').toString('base64');

const kept = (algorithm: keyof typeof known): Behaviour => ({
  name: `a checksum by ${algorithm} is kept, and given back to who asks for it`,
  documented: page,
  async run(s3) {
    const at = { Bucket: s3.plain, Key: `integrity/${algorithm}` };
    const name = `Checksum${algorithm}` as const;
    const put = await putText(s3, at.Bucket, at.Key, '123456789', { ChecksumAlgorithm: algorithm });
    expect(put[name]).toBe(expected(algorithm));
    const head = await s3.client.send(new HeadObjectCommand({ ...at, ChecksumMode: 'ENABLED' }));
    expect(head[name]).toBe(expected(algorithm));
  },
});

const checked = (algorithm: keyof typeof known): Behaviour => ({
  name: `a checksum by ${algorithm} that does not fit is BadDigest`,
  documented: page,
  moto: 'believes every checksum',
  async run(s3) {
    const wrong = { [`Checksum${algorithm}`]: expected(algorithm) };
    const put = (body: string) => putText(s3, s3.plain, `integrity/bad-${algorithm}`, body, wrong);
    expect(await failure(put('12345678?'))).toEqual({ code: 'BadDigest', status: 400 });
    await put('123456789');
  },
});

/** A body in chunks that are signed one by one, with a checksum behind the last one. */
async function sendSigned(s3: Subject, key: string, chunks: readonly string[], tamper = (text: string) => text) {
  const at = new Date();
  const date = at.toISOString().replace(/[-:]|\.\d+/g, '');
  const day = date.slice(0, 8);
  const decoded = chunks.join('');
  const headers = {
    'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER',
    'x-amz-decoded-content-length': String(Buffer.byteLength(decoded)),
    'x-amz-trailer': 'x-amz-checksum-crc32',
    'content-encoding': 'aws-chunked',
  };
  const signed = await sign(s3, { method: 'PUT', bucket: s3.plain, key, headers, signedAt: at });
  const signingKey = [day, region, 's3', 'aws4_request'].reduce<string | Buffer>(
    hmac,
    `AWS4${s3.keys.secretAccessKey}`,
  );
  let previous = /Signature=([0-9a-f]+)/.exec(signed.headers.get('authorization')!)![1]!;
  const next = (kind: string, ...hashes: string[]) => {
    const text = [`AWS4-HMAC-SHA256-${kind}`, date, `${day}/${region}/s3/aws4_request`, previous, ...hashes].join('\n');
    previous = hmac(signingKey, text).toString('hex');
    return previous;
  };
  const framed = [...chunks, ''].map((chunk) => {
    const head = `${Buffer.byteLength(chunk).toString(16)};chunk-signature=${next('PAYLOAD', hash(''), hash(chunk))}\r\n`;
    return chunk === '' ? head : `${head}${chunk}\r\n`;
  });
  const trailer = `x-amz-checksum-crc32:${crc32Of(decoded)}`;
  const body = `${framed.join('')}${trailer}\r\nx-amz-trailer-signature:${next('TRAILER', hash(`${trailer}\n`))}\r\n\r\n`;
  const answer = await fetch(signed.url, { method: 'PUT', headers: signed.headers, body: tamper(body) });
  return { status: answer.status, body: await answer.text() };
}

const unsigned = (s3: Subject, key: string, body: string, size: number) =>
  send(
    s3,
    {
      ...{ method: 'PUT', bucket: s3.plain, key },
      headers: {
        'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
        'x-amz-decoded-content-length': String(size),
        'x-amz-trailer': 'x-amz-checksum-crc32',
        'content-encoding': 'aws-chunked',
      },
    },
    body,
  );

const stored = async (s3: Subject, Key: string) =>
  (await s3.client.send(new GetObjectCommand({ Bucket: s3.plain, Key }))).Body!.transformToString();

export const integrity: readonly Behaviour[] = [
  ...algorithms.map(kept),
  ...algorithms.map(checked),
  {
    name: 'a checksum is told to who asks for it only, with its type',
    documented: page,
    moto: 'tells it always, and no type',
    async run(s3) {
      const at = { Bucket: s3.plain, Key: 'integrity/type' };
      await putText(s3, at.Bucket, at.Key, '123456789', { ChecksumAlgorithm: 'SHA256' });
      const head = await s3.client.send(new HeadObjectCommand({ ...at, ChecksumMode: 'ENABLED' }));
      expect([head.ChecksumSHA256, head.ChecksumType]).toEqual([expected('SHA256'), 'FULL_OBJECT']);
      expect((await s3.client.send(new HeadObjectCommand(at))).ChecksumSHA256).toBeUndefined();
    },
  },
  {
    name: 'the ETag of an object that came in one piece is its MD5',
    documented: 'API/API_Object.html',
    async run(s3) {
      const { ETag } = await putText(s3, s3.plain, 'integrity/etag', 'hello');
      expect(ETag).toBe(`"${createHash('md5').update('hello').digest('hex')}"`);
    },
  },
  {
    name: 'a Content-MD5 that does not fit is BadDigest, one that is none is InvalidDigest',
    documented: 'API/ErrorResponses.html#ErrorCodeList',
    moto: 'does not check it',
    async run(s3) {
      const put = (ContentMD5: string) => putText(s3, s3.plain, 'integrity/md5', 'hello', { ContentMD5 });
      expect(await failure(put('AAAAAAAAAAAAAAAAAAAAAA=='))).toEqual({ code: 'BadDigest', status: 400 });
      expect(await failure(put('none'))).toEqual({ code: 'InvalidDigest', status: 400 });
      await put(createHash('md5').update('hello').digest('base64'));
    },
  },
  {
    name: 'a body that is not the one whose SHA-256 was signed is XAmzContentSHA256Mismatch',
    documented: 'API/ErrorResponses.html#ErrorCodeList',
    moto: 'does not check it',
    async run(s3) {
      const headers = { 'x-amz-content-sha256': hash('hello') };
      const put = { method: 'PUT', bucket: s3.plain, key: 'integrity/sha256', headers };
      expect((await send(s3, put, 'hello')).status).toBe(200);
      const answer = await send(s3, put, 'jello');
      expect([answer.status, answer.body]).toEqual([400, expect.stringContaining('XAmzContentSHA256Mismatch')]);
      expect(await stored(s3, put.key)).toBe('hello');
    },
  },
  {
    name: 'chunks with a checksum behind them arrive without their framing; a wrong checksum is BadDigest',
    documented: streaming,
    moto: 'does not check what stands behind the last chunk',
    async run(s3) {
      const body = (text: string) =>
        `${text.length.toString(16)}\r\n${text}\r\n0\r\nx-amz-checksum-crc32:${crc32Of('hello')}\r\n\r\n`;
      expect((await unsigned(s3, 'integrity/chunks', body('hello'), 5)).status).toBe(200);
      expect(await stored(s3, 'integrity/chunks')).toBe('hello');
      const wrong = await unsigned(s3, 'integrity/chunks', body('jello'), 5);
      expect([wrong.status, wrong.body]).toEqual([400, expect.stringContaining('<Code>BadDigest</Code>')]);
      expect(await stored(s3, 'integrity/chunks')).toBe('hello');
    },
  },
  {
    name: 'a body in chunks that is shorter than it says is IncompleteBody',
    documented: 'API/ErrorResponses.html#ErrorCodeList',
    moto: 'stores what came',
    async run(s3) {
      const short = await unsigned(
        s3,
        'integrity/short',
        `5\r\nhello\r\n0\r\nx-amz-checksum-crc32:${crc32Of('hello')}\r\n\r\n`,
        6,
      );
      expect([short.status, short.body]).toEqual([400, expect.stringContaining('IncompleteBody')]);
    },
  },
  {
    name: 'chunks that are signed one by one arrive without their signatures',
    documented: 'API/sigv4-streaming-trailers.html',
    async run(s3) {
      expect((await sendSigned(s3, 'integrity/signed', ['hello ', 'world'])).status).toBe(200);
      expect(await stored(s3, 'integrity/signed')).toBe('hello world');
    },
  },
  {
    name: 'a chunk, or a checksum behind them, that its signature does not fit is 403 and nothing is stored',
    documented: 'API/sigv4-streaming-trailers.html',
    moto: 'checks no signature',
    async run(s3) {
      for (const [from, to] of [
        ['world', 'w0rld'],
        [crc32Of('hello world'), crc32Of('hello')],
      ] as const) {
        const answer = await sendSigned(s3, 'integrity/forged', ['hello ', 'world'], (text) => text.replace(from, to));
        expect([answer.status, answer.body]).toEqual([403, expect.stringContaining('SignatureDoesNotMatch')]);
      }
      expect(await failure(stored(s3, 'integrity/forged'))).toEqual({ code: 'NoSuchKey', status: 404 });
    },
  },
  {
    name: 'without a wish of its own the SDK client sends a checksum, and the answer of GET is checked by it',
    documented: page,
    async run(s3) {
      const at = { Bucket: s3.plain, Key: 'integrity/default' };
      const put = await s3.client.send(new PutObjectCommand({ ...at, Body: 'hello' }));
      expect(put.ChecksumCRC32).toBe(crc32Of('hello'));
      expect(await stored(s3, at.Key)).toBe('hello');
      const got = await s3.client.send(new GetObjectCommand(at));
      expect(got.ChecksumCRC32).toBe(crc32Of('hello'));
      await got.Body?.transformToString();
    },
  },
];
