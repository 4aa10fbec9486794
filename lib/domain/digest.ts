import { createHash, createHmac } from 'node:crypto';

/** JSON with keys in order and nothing undefined: equal values give equal text. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonical(item ?? null)).join(',')}]`;
  if (value !== null && typeof value === 'object') {
    const members = Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
      .map(([key, member]) => `${JSON.stringify(key)}:${canonical(member)}`);
    return `{${members.join(',')}}`;
  }
  return JSON.stringify(value);
}

/** SHA-256 in lower-case hexadecimal. */
export const sha256 = (text: string | Uint8Array): string => createHash('sha256').update(text).digest('hex');

/** SHA-256 of the canonical form. */
export const digestOf = (value: unknown): string => sha256(canonical(value));

/** What a secret can be compared by without being known: keyed, so that a dictionary does not find it. */
export const fingerprint = (key: string, secret: string): string =>
  createHmac('sha256', key).update(secret).digest('hex').slice(0, 32);
