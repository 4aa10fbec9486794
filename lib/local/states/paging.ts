import { z } from 'zod';
import { AwsError } from '../wire/endpoint.ts';

/** The members that ask for a page. As on AWS, 0 means the default. */
export const pageRequest = {
  maxResults: z.number().int().min(0).max(1000).optional(),
  nextToken: z.string().min(1).optional(),
};

const DEFAULT_PAGE = 100;

/**
 * A page of a list. The token names the last item that was given, so that a list that grows at either end neither
 * repeats nor skips. Throws InvalidToken for a token of another list.
 */
export function pageOf<T>(
  list: readonly T[],
  keyOf: (item: T) => string,
  { maxResults, nextToken }: { maxResults?: number | undefined; nextToken?: string | undefined },
): { items: T[]; nextToken?: string } {
  const start = nextToken === undefined ? 0 : after(list, keyOf, nextToken);
  const items = list.slice(start, start + (maxResults || DEFAULT_PAGE));
  const last = items.at(-1);
  if (last === undefined || start + items.length >= list.length) return { items };
  return { items, nextToken: Buffer.from(keyOf(last)).toString('base64') };
}

function after<T>(list: readonly T[], keyOf: (item: T) => string, token: string): number {
  const key = Buffer.from(token, 'base64').toString();
  const index = list.findIndex((item) => keyOf(item) === key);
  if (index < 0) throw new AwsError('InvalidToken', 400, "Invalid Token: 'Invalid token'");
  return index + 1;
}
