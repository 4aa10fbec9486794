import { expect, test } from '@jest/globals';
import { collationOf, createOptions } from '../../../lib/adapters/postgres/collation.ts';

test.each([
  ['14', { datcollate: 'en_US.UTF-8', datctype: 'en_US.UTF-8' }, 'en_US.UTF-8'],
  ['15 with two locales', { datcollate: 'C', datctype: 'en_US.UTF-8', datlocprovider: 'c' }, 'C/en_US.UTF-8'],
  ['16 with ICU', { datcollate: 'C', datctype: 'C', datlocprovider: 'i', daticulocale: 'de-DE' }, 'icu:de-DE@C/C'],
  ['17 built in', { datcollate: 'C', datctype: 'C', datlocprovider: 'b', datlocale: 'C.UTF-8' }, 'builtin:C.UTF-8@C/C'],
])('PostgreSQL %s', (_, row, collation) => {
  expect(collationOf(row)).toBe(collation);
});

test('a collation becomes the options that make the same database', () => {
  expect(createOptions('en_US.UTF-8')).toEqual([
    ['LC_COLLATE', 'en_US.UTF-8'],
    ['LC_CTYPE', 'en_US.UTF-8'],
  ]);
  expect(createOptions('icu:de-DE@C/en_US.UTF-8')).toEqual([
    ['LOCALE_PROVIDER', 'icu'],
    ['ICU_LOCALE', 'de-DE'],
    ['LC_COLLATE', 'C'],
    ['LC_CTYPE', 'en_US.UTF-8'],
  ]);
});
