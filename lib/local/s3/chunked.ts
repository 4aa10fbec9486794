import { AwsError } from '../wire/endpoint.ts';

/** A chunk's size line or a trailer is never longer than this. */
const LONGEST_LINE = 4096;

/**
 * Removes the aws-chunked framing of a streamed upload (`<hex size>\r\n<bytes>\r\n … 0\r\n<trailers>\r\n`).
 * What follows the last chunk lands in `trailers`, names in lower case. A body that ends early is an IncompleteBody.
 */
export async function* decodeChunks(
  source: AsyncIterable<Buffer>,
  trailers: Map<string, string>,
): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  /** Bytes still to come of the chunk being read; undefined between chunks. */
  let left: number | undefined;
  let ended = false;
  for await (const piece of source) {
    rest = rest.length > 0 ? Buffer.concat([rest, piece]) : piece;
    while (rest.length > 0) {
      if (left !== undefined && left > 0) {
        const bytes = rest.subarray(0, left);
        left -= bytes.length;
        rest = rest.subarray(bytes.length);
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
        left = undefined;
      } else {
        const size = /^([0-9a-fA-F]{1,8})(;.*)?$/.exec(line)?.[1];
        if (!size) throw malformed();
        left = Number.parseInt(size, 16);
        ended = left === 0;
      }
    }
  }
  if (!ended) throw new AwsError('IncompleteBody', 400, 'The aws-chunked body ended before its last chunk.');
}

const malformed = () => new AwsError('InvalidRequest', 400, 'The aws-chunked body is not framed correctly.');
