import { createHash } from 'node:crypto';
import { AwsError } from '../wire/endpoint.ts';
import { CRCS, type CrcName, combineCrcs, startCrc } from './crc.ts';

/** The checksums that S3 keeps beside an object, by the end of their header `x-amz-checksum-…`. */
export const ALGORITHMS = ['crc32', 'crc32c', 'crc64nvme', 'sha1', 'sha256'] as const;
export type Algorithm = (typeof ALGORITHMS)[number];
/** Of a multipart object: over its parts' checksums, or as if it had come in one piece. */
export type ChecksumType = 'COMPOSITE' | 'FULL_OBJECT';

export interface Checksum {
  readonly algorithm: Algorithm;
  /** Base64; `<base64>-<parts>` when it was made of the parts' checksums. */
  readonly value: string;
}

/** Follows a stream: `update` with each piece, then `digest` once, in base64. */
interface RunningChecksum {
  update(piece: Buffer): void;
  digest(): string;
}

const isCrc = (algorithm: Algorithm): algorithm is CrcName => Object.hasOwn(CRCS, algorithm);

export function startChecksum(algorithm: Algorithm): RunningChecksum {
  if (isCrc(algorithm)) {
    const crc = startCrc(algorithm);
    return { update: (piece) => crc.update(piece), digest: () => crc.digest().toString('base64') };
  }
  const hash = createHash(algorithm);
  return { update: (piece) => void hash.update(piece), digest: () => hash.digest('base64') };
}

/** The type that a multipart upload asks for, or has without asking. Throws InvalidRequest for what S3 does not combine. */
export function checksumType(algorithm: Algorithm, asked: string | undefined): ChecksumType {
  const type = asked ?? (algorithm === 'crc64nvme' ? 'FULL_OBJECT' : 'COMPOSITE');
  const possible = algorithm === 'crc64nvme' ? type === 'FULL_OBJECT' : type === 'COMPOSITE' || isCrc(algorithm);
  if (!possible || !(type === 'FULL_OBJECT' || type === 'COMPOSITE')) {
    throw new AwsError(
      'InvalidRequest',
      400,
      `The ${type} checksum type cannot be used with the ${algorithm} checksum algorithm.`,
    );
  }
  return type;
}

/** The checksum of a multipart object; undefined where its parts do not all have one of the same algorithm. */
export function checksumOfParts(
  parts: readonly { readonly size: number; readonly checksum?: Checksum }[],
  type: ChecksumType,
): Checksum | undefined {
  const algorithm = parts[0]?.checksum?.algorithm;
  if (!algorithm || parts.some((part) => part.checksum?.algorithm !== algorithm)) return undefined;
  const digests = parts.map(({ checksum, size }) => ({ size, digest: Buffer.from(checksum!.value, 'base64') }));
  if (type === 'FULL_OBJECT' && isCrc(algorithm)) {
    const [first, ...rest] = digests;
    const whole = rest.reduce<Buffer>(
      (before, part) => combineCrcs(algorithm, before, part.digest, part.size),
      first!.digest,
    );
    return { algorithm, value: whole.toString('base64') };
  }
  const checksum = startChecksum(algorithm);
  for (const { digest } of digests) checksum.update(digest);
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

export const typeOf = ({ value }: Checksum): ChecksumType => (value.includes('-') ? 'COMPOSITE' : 'FULL_OBJECT');

export const checksumHeaders = (checksum: Checksum | undefined): Record<string, string> =>
  checksum ? { [`x-amz-checksum-${checksum.algorithm}`]: checksum.value, 'x-amz-checksum-type': typeOf(checksum) } : {};

/** As an element of an XML answer; of a part it has no type. */
export const checksumElement = (checksum: Checksum | undefined): Record<string, string> =>
  checksum ? { [`Checksum${checksum.algorithm.toUpperCase()}`]: checksum.value } : {};
