import { createHash } from 'node:crypto';
import { createWriteStream, rmSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { AwsError, type SignedRequest } from '../wire/endpoint.ts';
import { ALGORITHMS, type Algorithm, algorithmNamed, type Checksum, startChecksum } from './checksums.ts';
import { decodeChunks } from './chunked.ts';

/** Bytes that arrived whole and unharmed. */
interface Received {
  readonly file: string;
  readonly size: number;
  /** Hex. */
  readonly md5: string;
  readonly checksum: Checksum | undefined;
}

/** 5 GiB: the longest object or part of a single request. */
const LONGEST_UPLOAD = 5 * 1024 ** 3;

/**
 * Streams a request's body into `file` and checks everything that its sender declared of it: length, MD5,
 * SHA-256 of the signature, checksum in a header or a trailer. When one differs the file is gone again and the
 * call fails as on AWS (`BadDigest`, `XAmzContentSHA256Mismatch`, `IncompleteBody`).
 */
export async function receive(request: SignedRequest, file: string): Promise<Received> {
  const { headers, payloadHash } = request;
  if (payloadHash.startsWith('STREAMING-AWS4-ECDSA'))
    throw new AwsError('NotImplemented', 501, 'Signatures of version 4A are not simulated: use AWS4-HMAC-SHA256.');
  const { nextChunkSignature: nextSignature } = request;
  const chunked = payloadHash.startsWith('STREAMING-');
  const length = headers[chunked ? 'x-amz-decoded-content-length' : 'content-length'];
  if (length === undefined)
    throw new AwsError('MissingContentLength', 411, 'You must provide the Content-Length HTTP header.');
  const expectedSize = Number(length);
  if (!(expectedSize <= LONGEST_UPLOAD)) {
    throw new AwsError('EntityTooLarge', 400, 'Your proposed upload exceeds the maximum allowed object size.');
  }

  const expectedMd5 = headers['content-md5'];
  if (expectedMd5 !== undefined && Buffer.from(String(expectedMd5), 'base64').length !== 16)
    throw new AwsError('InvalidDigest', 400, 'The Content-MD5 you specified was invalid.');
  const algorithm = declaredAlgorithm(request);
  const checksum = algorithm && startChecksum(algorithm);
  const md5 = createHash('md5');
  const sha256 = /^[0-9a-f]{64}$/.test(payloadHash) ? createHash('sha256') : undefined;
  const trailers = new Map<string, string>();
  let size = 0;
  // A body that is refused half-way must not break the connection: its sender is to read why.
  const source = request.stream.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
  const body = chunked ? decodeChunks(source, { trailers, nextSignature }) : source;
  try {
    await pipeline(
      body,
      async function* (pieces: AsyncIterable<Buffer>) {
        for await (const piece of pieces) {
          size += piece.length;
          if (size > expectedSize) throw incomplete();
          md5.update(piece);
          sha256?.update(piece);
          checksum?.update(piece);
          yield piece;
        }
      },
      createWriteStream(file),
    );
    if (size !== expectedSize) throw incomplete();
    const digest = md5.digest();
    if (expectedMd5 !== undefined && expectedMd5 !== digest.toString('base64')) throw badDigest('Content-MD5');
    if (sha256 && sha256.digest('hex') !== payloadHash) {
      throw new AwsError(
        'XAmzContentSHA256Mismatch',
        400,
        "The provided 'x-amz-content-sha256' header does not match what was computed.",
      );
    }
    const computed = algorithm && checksum && { algorithm, value: checksum.digest() };
    if (computed) {
      const name = `x-amz-checksum-${computed.algorithm}`;
      if ((headers[name] ?? trailers.get(name)) !== computed.value) throw badDigest(computed.algorithm.toUpperCase());
    }
    return { file, size, md5: digest.toString('hex'), checksum: computed };
  } catch (error) {
    rmSync(file, { force: true });
    throw error;
  }
}

/** The algorithm of the checksum that the sender gives, in a header or (announced by `x-amz-trailer`) after the body. */
function declaredAlgorithm({ headers }: SignedRequest): Algorithm | undefined {
  const trailer = /^x-amz-checksum-(.+)$/.exec(String(headers['x-amz-trailer'] ?? ''))?.[1];
  if (trailer) return algorithmNamed(trailer);
  const given = Object.keys(headers).find(
    (name) => name.startsWith('x-amz-checksum-') && !/-(algorithm|type|mode)$/.test(name),
  );
  if (!given) return undefined;
  return ALGORITHMS.find((each) => given.endsWith(`-${each}`)) ?? algorithmNamed(given.slice('x-amz-checksum-'.length));
}

const incomplete = () =>
  new AwsError(
    'IncompleteBody',
    400,
    'You did not provide the number of bytes specified by the Content-Length HTTP header.',
  );
export const badDigest = (what: string) =>
  new AwsError('BadDigest', 400, `The ${what} you specified did not match the calculated checksum.`);
