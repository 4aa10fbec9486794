import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { AwsError } from '../wire/endpoint.ts';

/** The checksums that S3 keeps beside an object, by the end of their header `x-amz-checksum-…`. */
export const ALGORITHMS = ['crc32', 'crc32c', 'sha1', 'sha256'] as const;
export type Algorithm = (typeof ALGORITHMS)[number];

export interface Checksum {
  readonly algorithm: Algorithm;
  /** Base64; `<base64>-<parts>` when it was made of the parts' checksums. */
  readonly value: string;
}

/** Follows a stream: `update` with each piece, then `digest` once, in base64. */
export interface RunningChecksum {
  update(piece: Buffer): void;
  digest(): string;
}

export function startChecksum(algorithm: Algorithm): RunningChecksum {
  if (algorithm === 'sha1' || algorithm === 'sha256') {
    const hash = createHash(algorithm);
    return { update: (piece) => void hash.update(piece), digest: () => hash.digest('base64') };
  }
  const step = algorithm === 'crc32' ? crc32 : crc32c;
  let state = 0;
  return {
    update(piece) {
      state = step(piece, state);
    },
    digest() {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32BE(state >>> 0);
      return bytes.toString('base64');
    },
  };
}

/** The checksum of a multipart object: the checksum of its parts' checksums, and their number. */
export function compositeChecksum(parts: readonly (Checksum | undefined)[]): Checksum | undefined {
  const algorithm = parts[0]?.algorithm;
  if (!algorithm || parts.some((part) => part?.algorithm !== algorithm)) return undefined;
  const checksum = startChecksum(algorithm);
  for (const part of parts) checksum.update(Buffer.from(part!.value, 'base64'));
  return { algorithm, value: `${checksum.digest()}-${parts.length}` };
}

/** `CRC32` or `crc32` as one of the algorithms known here. */
export function algorithmNamed(name: string): Algorithm {
  const found = ALGORITHMS.find((algorithm) => algorithm === name.toLowerCase());
  if (!found)
    throw new AwsError(
      'NotImplemented',
      501,
      `The checksum algorithm ${name} is not simulated: use one of ${ALGORITHMS.join(', ')}.`,
    );
  return found;
}

export const checksumHeaders = (checksum: Checksum | undefined): Record<string, string> =>
  checksum ? { [`x-amz-checksum-${checksum.algorithm}`]: checksum.value } : {};

/** Castagnoli's polynomial, reflected. */
const CASTAGNOLI = 0x82f63b78;
const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit++) remainder = remainder & 1 ? (remainder >>> 1) ^ CASTAGNOLI : remainder >>> 1;
  return remainder;
});

function crc32c(piece: Buffer, state: number): number {
  let crc = ~state;
  for (const byte of piece) crc = table[(crc ^ byte) & 0xff]! ^ (crc >>> 8);
  return ~crc;
}
