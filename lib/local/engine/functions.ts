import { createHash, randomUUID } from 'node:crypto';
import type jsonata from 'jsonata';

const hashes: Record<string, string> = {
  MD5: 'md5',
  'SHA-1': 'sha1',
  'SHA-256': 'sha256',
  'SHA-384': 'sha384',
  'SHA-512': 'sha512',
};

/** The functions that Step Functions adds to JSONata. (`$eval`, which it takes away, is refused at load.) */
export function registerStatesFunctions(expression: jsonata.Expression): void {
  expression.registerFunction('partition', partition);
  expression.registerFunction('range', range);
  expression.registerFunction('hash', hash);
  expression.registerFunction('random', random);
  expression.registerFunction('uuid', () => randomUUID());
  expression.registerFunction('parse', (text: string): unknown => JSON.parse(text));
}

function partition(items: unknown, size: number): unknown[] | undefined {
  if (items === undefined) return undefined;
  if (!Number.isInteger(size) || size < 1) throw new Error(`$partition needs a positive whole size, got ${size}`);
  const list = Array.isArray(items) ? items : [items];
  const parts: unknown[] = [];
  for (let start = 0; start < list.length; start += size) parts.push(list.slice(start, start + size));
  return parts;
}

/** The most that `$range` yields on AWS. */
const RANGE_LIMIT = 1000;

/** From `first` to `last` inclusive; a single number is not wrapped [recorded]. */
function range(first: number, last: number, step: number): number[] | number {
  if (!Number.isInteger(step) || step === 0) throw new Error(`$range needs a whole step other than 0, got ${step}`);
  const numbers: number[] = [];
  for (let n = first; step > 0 ? n <= last : n >= last; n += step) {
    if (numbers.length === RANGE_LIMIT) throw new Error(`$range yields at most ${RANGE_LIMIT} numbers`);
    numbers.push(n);
  }
  return numbers.length === 1 ? (numbers[0] as number) : numbers;
}

function hash(text: string, algorithm: string): string {
  const name = hashes[algorithm];
  if (name === undefined) throw new Error(`$hash knows ${Object.keys(hashes).join(', ')}, not ${algorithm}`);
  return createHash(name).update(text).digest('hex');
}

/** Uniform in [0, 1); the same seed gives the same number. */
function random(seed?: number): number {
  if (seed === undefined) return Math.random();
  return createHash('sha256').update(String(seed)).digest().readUIntBE(0, 6) / 2 ** 48;
}
