import { z } from 'zod';
import { AwsError } from '../wire/endpoint.ts';

/** The members that ask for a page. As on AWS, 0 means the default. */
export const pageRequest = {
  maxResults: z.number().int().min(0).max(1000).optional(),
  nextToken: z.string().min(1).max(3096).optional(),
};

interface PageRequest {
  readonly maxResults?: number | undefined;
  readonly nextToken?: string | undefined;
}

export const pageSize = ({ maxResults }: PageRequest): number => maxResults || 100;

/** A token for the rest of a list, which is named with all that was asked of it. */
export const writeToken = (list: string, position: unknown): string =>
  Buffer.from(JSON.stringify({ list, position })).toString('base64');

const token = z.object({ list: z.string(), position: z.unknown() });

/** The position in a request's token, if it has one. Throws InvalidToken for one of another list. */
export function readToken<P>(list: string, position: z.ZodType<P>, { nextToken }: PageRequest): P | undefined {
  if (nextToken === undefined) return undefined;
  const read = token.extend({ list: z.literal(list), position }).safeParse(parsed(nextToken));
  if (!read.success) throw invalidToken();
  return read.data.position;
}

export const invalidToken = (): AwsError => new AwsError('InvalidToken', 400, "Invalid Token: 'Invalid token'");

function parsed(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, 'base64').toString());
  } catch {
    return undefined;
  }
}

/** What a list is sorted by, the greater matter first. No two items have the same. */
export type Place = readonly (number | string)[];

const place = z.array(z.union([z.number(), z.string()]));

/**
 * A page of a sorted list. The token names the place of the last item that was given, so that a list that grows at
 * either end, or has lost that item, neither repeats nor skips. Throws InvalidToken for a token of another list.
 */
export function pageOf<T>(
  name: string,
  list: readonly T[],
  placeOf: (item: T) => Place,
  request: PageRequest,
): { items: T[]; nextToken?: string } {
  const last = readToken(name, place, request);
  const rest = last === undefined ? list : list.filter((item) => isAfter(placeOf(item), last));
  const items = rest.slice(0, pageSize(request));
  const end = items.at(-1);
  if (end === undefined || items.length === rest.length) return { items };
  return { items, nextToken: writeToken(name, placeOf(end)) };
}

function isAfter(one: Place, other: Place): boolean {
  const at = one.findIndex((member, index) => member !== other[index]);
  const [mine = '', theirs = ''] = [one[at], other[at]];
  return at >= 0 && mine > theirs;
}
