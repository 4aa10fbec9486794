import { z } from 'zod';

/**
 * A database's sort order in one string: `en_US.UTF-8`, `C/en_US.UTF-8` where LC_CTYPE is another, and
 * `icu:de-DE@C/C` or `builtin:C.UTF-8@C/C` with a provider that brings its own locale.
 */
export type Collation = string;

const DatabaseRow = z.looseObject({
  datcollate: z.string(),
  datctype: z.string(),
  /** Since 15: c libc, i ICU, b built in (17). */
  datlocprovider: z.string().default('c'),
  /** The provider's locale: `daticulocale` in 15 and 16, `datlocale` since 17. */
  daticulocale: z.string().nullish(),
  datlocale: z.string().nullish(),
});

/** Reads it from a row of `pg_database`, whose columns differ from version to version. */
export function collationOf(row: unknown): Collation {
  const found = DatabaseRow.parse(row);
  const libc = found.datcollate === found.datctype ? found.datcollate : `${found.datcollate}/${found.datctype}`;
  if (found.datlocprovider === 'c') return libc;
  const provider = found.datlocprovider === 'i' ? 'icu' : 'builtin';
  return `${provider}:${found.datlocale ?? found.daticulocale ?? ''}@${found.datcollate}/${found.datctype}`;
}

/** The options of CREATE DATABASE that make a database sort the same way, as pairs of keyword and value. */
export function createOptions(collation: Collation): [keyword: string, value: string][] {
  const parts = /^(?:(icu|builtin):(.*)@)?([^@/]+)(?:\/([^@/]+))?$/.exec(collation);
  if (!parts) throw new TypeError(`"${collation}" is no collation of a database`);
  const [, provider, locale, collate, ctype] = parts;
  const libc: [string, string][] = [
    ['LC_COLLATE', collate ?? ''],
    ['LC_CTYPE', ctype ?? collate ?? ''],
  ];
  if (!provider) return libc;
  return [['LOCALE_PROVIDER', provider], [provider === 'icu' ? 'ICU_LOCALE' : 'BUILTIN_LOCALE', locale ?? ''], ...libc];
}
