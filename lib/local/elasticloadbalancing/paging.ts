import { AwsError } from '../wire/endpoint.ts';

export interface Page<T> {
  /** Of the list in the answer. */
  readonly key: string;
  readonly items: readonly T[];
  readonly nextMarker: string | undefined;
}

const LARGEST_PAGE = 400;

/** The page that `Marker` and `PageSize` ask for; a marker tells how many items came before. */
export function pageOf<T>(key: string, all: readonly T[], parameters: URLSearchParams): Page<T> {
  const size = Number(parameters.get('PageSize') ?? LARGEST_PAGE);
  if (!Number.isInteger(size) || size < 1 || size > LARGEST_PAGE) {
    throw new AwsError('ValidationError', 400, `Page size must be between 1 and ${LARGEST_PAGE}`);
  }
  const marker = parameters.get('Marker') ?? '0';
  const start = Number(marker);
  if (!/^\d+$/.test(marker) || start > all.length) throw new AwsError('ValidationError', 400, 'Invalid marker');
  const end = start + size;
  return { key, items: all.slice(start, end), nextMarker: end < all.length ? String(end) : undefined };
}
