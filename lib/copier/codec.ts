import { promisify } from 'node:util';
import { constants, crc32, zstdCompress, zstdDecompress } from 'node:zlib';
import { WorkflowError } from '../workflow/errors.ts';
import type { Part } from './staged.ts';

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);

/** Node's default of 16 KiB costs one thread pool round trip per 16 KiB: 2.4 times slower to decompress. */
const CHUNK_SIZE = 1 << 20;
/** Level 1: the network is faster than level 3. */
const options = { chunkSize: CHUNK_SIZE, params: { [constants.ZSTD_c_compressionLevel]: 1 } };

/** One part as an independent zstd frame. */
export async function pack(raw: Buffer): Promise<{ packed: Buffer; part: Part }> {
  const part = { raw: raw.length, crc32: crc32(raw) };
  const packed = await compress(raw, options);
  return { packed, part: { ...part, bytes: packed.length } };
}

/** The raw bytes of a part. Throws ChunkDamaged unless they are exactly those that were packed. */
export async function unpack(packed: Buffer, part: Part, chunk: string): Promise<Buffer> {
  // One byte more than needed: Node follows an output buffer that is full by another of the same size.
  const room = part.raw + 1;
  const raw = await decompress(packed, { chunkSize: Math.max(room, 64), maxOutputLength: room }).catch(
    (error: Error) => {
      throw damaged(chunk, `a part cannot be decompressed (${error.message})`);
    },
  );
  if (raw.length !== part.raw || crc32(raw) !== part.crc32) throw damaged(chunk, 'the checksum of a part differs');
  return raw;
}

export const damaged = (chunk: string, what: string) => damagedObject(`chunk ${chunk}`, what);

/** The same for what is no chunk: `object` is its key. */
export const damagedObject = (object: string, what: string) =>
  new WorkflowError(
    'ChunkDamaged',
    `Staged ${object}: ${what}. Nothing of it was loaded. See who writes to the staging bucket, then copy again.`,
  );
