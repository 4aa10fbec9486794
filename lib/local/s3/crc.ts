import { crc32 } from 'node:zlib';

/**
 * The three cyclic checksums of S3: all reflected, begun and ended with all ones. They can be combined, so that the
 * checksum of a whole object follows from those of its parts.
 */
interface Crc {
  readonly bits: 32 | 64;
  /** Reflected. */
  readonly polynomial: bigint;
}

export const CRCS = {
  crc32: { bits: 32, polynomial: 0xedb88320n },
  /** Castagnoli. */
  crc32c: { bits: 32, polynomial: 0x82f63b78n },
  crc64nvme: { bits: 64, polynomial: 0x9a6c9329ac4bc9b5n },
} as const satisfies Record<string, Crc>;
export type CrcName = keyof typeof CRCS;

/** Follows a stream: `update` with each piece, then `digest` once, big-endian. */
export function startCrc(name: CrcName): { update(piece: Buffer): void; digest(): Buffer } {
  if (name === 'crc32') {
    let state = 0;
    return {
      update(piece) {
        state = crc32(piece, state);
      },
      digest: () => toBytes(BigInt(state), 32),
    };
  }
  const { bits } = CRCS[name];
  const [high, low] = tables[name];
  // Two halves, because a 64-bit whole would be a BigInt, which is far slower; of 32 bits the high half stays zero.
  let [h, l] = bits === 64 ? [-1, -1] : [0, -1];
  return {
    update(piece) {
      for (const byte of piece) {
        const index = (l ^ byte) & 0xff;
        l = ((l >>> 8) | (h << 24)) ^ low[index]!;
        h = (h >>> 8) ^ high[index]!;
      }
    },
    digest() {
      const state = (BigInt(h >>> 0) << 32n) | BigInt(l >>> 0);
      return toBytes(state ^ ((1n << BigInt(bits)) - 1n), bits);
    },
  };
}

/** The checksum of `a` followed by `b`, from their checksums and the length of `b` in bytes. */
export function combineCrcs(name: CrcName, a: Buffer, b: Buffer, lengthOfB: number): Buffer {
  const crc = CRCS[name];
  // Behind `a` stand 8 × length bits: it is multiplied by x to that power.
  let [power, factor] = [one(crc), one(crc) >> 8n];
  for (let left = BigInt(lengthOfB); left > 0n; left >>= 1n) {
    if (left & 1n) power = multiply(crc, power, factor);
    factor = multiply(crc, factor, factor);
  }
  return toBytes(multiply(crc, toNumber(a), power) ^ toNumber(b), crc.bits);
}

/** Of polynomials modulo the checksum's own; reflected, so that the highest bit stands for 1. */
function multiply(crc: Crc, a: bigint, b: bigint): bigint {
  let [product, shifted] = [0n, b];
  for (let bit = one(crc); bit > 0n; bit >>= 1n) {
    if (a & bit) product ^= shifted;
    shifted = shifted & 1n ? (shifted >> 1n) ^ crc.polynomial : shifted >> 1n;
  }
  return product;
}

const one = ({ bits }: Crc): bigint => 1n << BigInt(bits - 1);
const toNumber = (bytes: Buffer): bigint => BigInt(`0x${bytes.toString('hex')}`);
const toBytes = (value: bigint, bits: number): Buffer => Buffer.from(value.toString(16).padStart(bits / 4, '0'), 'hex');

const tables = { crc32c: tableOf(CRCS.crc32c), crc64nvme: tableOf(CRCS.crc64nvme) };

/** What each byte does to the state, in two halves. */
function tableOf({ polynomial }: Crc): [high: Int32Array, low: Int32Array] {
  const [high, low] = [new Int32Array(256), new Int32Array(256)];
  for (let byte = 0; byte < 256; byte++) {
    let remainder = BigInt(byte);
    for (let bit = 0; bit < 8; bit++) remainder = remainder & 1n ? (remainder >> 1n) ^ polynomial : remainder >> 1n;
    high[byte] = Number(BigInt.asIntN(32, remainder >> 32n));
    low[byte] = Number(BigInt.asIntN(32, remainder));
  }
  return [high, low];
}
