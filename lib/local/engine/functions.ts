import { createHash, randomUUID } from 'node:crypto';
import type jsonata from 'jsonata';
import { memoryLimitExceeded } from './evaluation-bounds.ts';
import { javaRandom } from './java-random.ts';
import { isObject } from './json.ts';

const hashes: Readonly<Record<string, string>> = {
  MD5: 'md5',
  'SHA-1': 'sha1',
  'SHA-256': 'sha256',
  'SHA-384': 'sha384',
  'SHA-512': 'sha512',
};

/** A failure with a code of JSONata's: D3137 says its message as it is, T0412 makes one of the other members. */
type Coded =
  | { readonly code: 'D3137'; readonly message: string }
  | { readonly code: 'T0412'; readonly index: number; readonly type: string };

/**
 * The functions that Step Functions adds to JSONata, with their JSONata signatures, and `$eval`, which it takes away. What
 * they make of odd arguments is what was measured on AWS in August 2026 (github.com/floci-io/floci #2662, #2676, #2790);
 * the words of the failures are AWS's where they were published.
 */
export function registerStatesFunctions(expression: jsonata.Expression): void {
  expression.registerFunction('partition', partition, '<xn?:a>');
  expression.registerFunction('range', range, '<nnn?:a<n>>');
  expression.registerFunction('hash', hash, '<ss?:s>');
  expression.registerFunction('random', random, '<n?:n>');
  expression.registerFunction('uuid', () => randomUUID(), '<:s>');
  expression.registerFunction('parse', parse, '<s-:x>');
  expression.assign('eval', undefined);
}

/** All numbers are cut off towards zero. Without a size the array is one part; an empty one has none. */
function partition(items: unknown, size?: number): unknown[][] | undefined {
  if (items === undefined) return undefined;
  if (items === null) throw { code: 'T0412', index: 1, type: 'values' } satisfies Coded;
  const list: readonly unknown[] = Array.isArray(items) ? items : [items];
  const whole = Math.trunc(size ?? list.length);
  if (whole < 0) throw { code: 'D3137', message: 'Second argument must be zero or greater' } satisfies Coded;
  if (whole === 0 || list.length === 0) return undefined;
  const parts: unknown[][] = [];
  for (let start = 0; start < list.length; start += whole) parts.push(list.slice(start, start + whole));
  return parts;
}

/** The most numbers that AWS makes in one range. */
const LONGEST_RANGE = 360_145;

/** From `first` to `last` inclusive, as a sequence: one number is that number, none is nothing. */
function range(first?: number, last?: number, step?: number): number[] | undefined {
  if (first === undefined || last === undefined || step === undefined) return undefined;
  const [from, by] = [Math.trunc(first), Math.trunc(step)];
  if (by === 0) return undefined;
  const length = Math.max(0, Math.floor((Math.trunc(last) - from) / by) + 1);
  if (length > LONGEST_RANGE) throw memoryLimitExceeded();
  return sequence(Array.from({ length }, (_, index) => from + index * by));
}

/** Marked as the library marks its own. */
const sequence = <T>(items: T[]): T[] => Object.defineProperty(items, 'sequence', { value: true });

function hash(text?: string, algorithm?: string): string | undefined {
  if (text === undefined || algorithm === undefined) return undefined;
  const name = Object.hasOwn(hashes, algorithm) ? hashes[algorithm] : undefined;
  const message = `Unsupported hash algorithm: ${algorithm}. Supported are ${Object.keys(hashes).join(', ')}`;
  if (name === undefined) throw { code: 'D3137', message } satisfies Coded;
  return createHash(name).update(text).digest('hex');
}

/** Uniform in [0, 1); the same seed gives the same number, and the one that it gives on AWS. */
function random(seed?: number): number {
  return seed === undefined ? Math.random() : javaRandom(Math.trunc(seed));
}

function parse(text?: string): unknown {
  if (text === undefined) return undefined;
  const value = read(text);
  if (!holdsFiniteNumbers(value)) throw invalidJson();
  return value;
}

function read(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw invalidJson();
  }
}

const invalidJson = (): Coded => ({ code: 'D3137', message: 'Invalid JSON' });

function holdsFiniteNumbers(value: unknown): boolean {
  if (Array.isArray(value)) return value.every(holdsFiniteNumbers);
  if (isObject(value)) return Object.values(value).every(holdsFiniteNumbers);
  return typeof value !== 'number' || Number.isFinite(value);
}
