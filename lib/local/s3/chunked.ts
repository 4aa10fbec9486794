import { createHash, type Hash } from 'node:crypto';
import { AwsError, type NextChunkSignature } from '../wire/endpoint.ts';

/** A chunk's size line or a trailer is never longer than this. */
const LONGEST_LINE = 4096;
const TRAILER_SIGNATURE = 'x-amz-trailer-signature';

interface ChunkedBody {
  /** What follows the last chunk lands here, names in lower case. */
  readonly trailers: Map<string, string>;
  /** Where chunks are signed one by one: what the next must carry. */
  readonly nextSignature?: NextChunkSignature | undefined;
}

/**
 * Removes the aws-chunked framing of a streamed upload
 * (`<hex size>[;chunk-signature=<hex>]\r\n<bytes>\r\n … 0\r\n<trailers>\r\n`).
 * A body that ends early is an IncompleteBody, a chunk that its signature does not fit a SignatureDoesNotMatch: by then
 * its bytes were given on, and whoever took them has to forget them.
 */
export async function* decodeChunks(
  source: AsyncIterable<Buffer>,
  { trailers, nextSignature }: ChunkedBody,
): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  /** Bytes still to come of the chunk being read; undefined between chunks. */
  let left: number | undefined;
  let ended = false;
  let [given, hash]: [signature: string, hash: Hash | undefined] = ['', undefined];
  const checkChunk = () => {
    if (hash && nextSignature?.('PAYLOAD', hash.digest('hex')) !== given) throw forged();
  };
  for await (const piece of source) {
    rest = rest.length > 0 ? Buffer.concat([rest, piece]) : piece;
    while (rest.length > 0) {
      if (left !== undefined && left > 0) {
        const bytes = rest.subarray(0, left);
        left -= bytes.length;
        rest = rest.subarray(bytes.length);
        hash?.update(bytes);
        yield bytes;
        continue;
      }
      const at = rest.indexOf('\r\n');
      if (at < 0) {
        if (rest.length > LONGEST_LINE) throw malformed();
        break;
      }
      const line = rest.subarray(0, at).toString('latin1');
      rest = rest.subarray(at + 2);
      if (ended) {
        const colon = line.indexOf(':');
        if (colon > 0) trailers.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim());
      } else if (left === 0) {
        if (line !== '') throw malformed();
        checkChunk();
        left = undefined;
      } else {
        const [, size, signature] = /^([0-9a-fA-F]{1,8})(?:;chunk-signature=([0-9a-f]{64})|;.*)?$/.exec(line) ?? [];
        if (!size) throw malformed();
        left = Number.parseInt(size, 16);
        [given, hash] = [signature ?? '', nextSignature && createHash('sha256')];
        ended = left === 0;
        if (ended) checkChunk();
      }
    }
  }
  if (!ended) throw new AwsError('IncompleteBody', 400, 'The aws-chunked body ended before its last chunk.');
  if (nextSignature && trailers.size > 0) checkTrailers(trailers, nextSignature);
}

function checkTrailers(trailers: ReadonlyMap<string, string>, nextSignature: NextChunkSignature): void {
  const hash = createHash('sha256');
  for (const [name, value] of trailers) if (name !== TRAILER_SIGNATURE) hash.update(`${name}:${value}\n`);
  if (nextSignature('TRAILER', hash.digest('hex')) !== trailers.get(TRAILER_SIGNATURE)) throw forged();
}

const malformed = () => new AwsError('InvalidRequest', 400, 'The aws-chunked body is not framed correctly.');
const forged = () =>
  new AwsError(
    'SignatureDoesNotMatch',
    403,
    'A chunk of the body, or what follows the last one, does not carry the signature that was calculated for it.',
  );
