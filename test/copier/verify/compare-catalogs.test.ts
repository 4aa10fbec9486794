import { describe, expect, test } from '@jest/globals';
import type { SchemaEntry } from '../../../lib/copier/restore/schema-entries.ts';
import type { CatalogFacts } from '../../../lib/copier/verify/catalog-facts.ts';
import { type Catalog, compareCatalogs } from '../../../lib/copier/verify/compare-catalogs.ts';

const entry = (type: string, name: string, sql: string): SchemaEntry => ({
  ...{ id: 1, oid: 1, dependsOn: [], owner: '-', schema: 'public' },
  ...{ type, name, sql },
});
const catalog = (version: number, entries: SchemaEntry[], facts: Partial<CatalogFacts> = {}): Catalog => ({
  facts: { version, encoding: 'UTF8', collation: 'C', collations: [], extensions: [], states: [], ...facts },
  entries,
  sequences: [],
});
const compare = (source: Catalog, target: Catalog) => compareCatalogs(source, target, { rights: false });
const view = (text: string) => entry('VIEW', 'v', `CREATE VIEW public.v AS\n ${text};`);

describe('between two major versions', () => {
  test('other words for the same definition are a remark', () => {
    const { differences, remarks } = compare(
      catalog(140_012, [view('SELECT t.id FROM t')]),
      catalog(160_003, [view('SELECT id FROM t')]),
    );
    expect(differences).toEqual([]);
    expect(remarks).toEqual([
      'The source is PostgreSQL 14, the target 16.',
      "VIEW public.v reads differently, which may be the servers' versions alone.",
    ]);
  });

  test('what exists must exist on both sides all the same', () => {
    const index = entry('INDEX', 'i', 'CREATE INDEX i ON public.t USING btree (id);');
    expect(compare(catalog(140_012, [index]), catalog(160_003, [])).differences).toMatchObject([
      { kind: 'missing', object: 'INDEX public.i' },
    ]);
    expect(compare(catalog(140_012, []), catalog(160_003, [index])).differences).toMatchObject([
      { kind: 'unexpected', object: 'INDEX public.i' },
    ]);
  });

  test('a constraint that is not validated, and a trigger that does not fire, are differences', () => {
    const constraint = (end: string) =>
      entry(
        'FK CONSTRAINT',
        't k',
        `ALTER TABLE ONLY public.t\n    ADD CONSTRAINT k FOREIGN KEY (a) REFERENCES public.u(id)${end};`,
      );
    const trigger = (state: string) => ({ states: [{ type: 'TRIGGER', schema: 'public', name: 't g', state }] });
    const { differences } = compare(
      catalog(140_012, [constraint('')], trigger('enabled')),
      catalog(160_003, [constraint(' NOT VALID')], trigger('disabled')),
    );
    expect(differences.map(({ message }) => message)).toEqual([
      'FK CONSTRAINT public.t k is not validated at the target.',
      'TRIGGER public.t g is disabled at the target, enabled at the source.',
    ]);
  });

  test('a newer version of an extension is a remark', () => {
    const extension = (version: string) => ({ extensions: [{ name: 'citext', version }] });
    const { differences, remarks } = compare(
      catalog(140_012, [], extension('1.5')),
      catalog(160_003, [], extension('1.6')),
    );
    expect(differences).toEqual([]);
    expect(remarks).toContain('EXTENSION citext has version 1.5 at the source, 1.6 at the target.');
  });
});

test('between two minor versions definitions must be the same', () => {
  expect(compare(catalog(150_001, [view('SELECT 1')]), catalog(150_018, [view('SELECT 2')])).differences).toMatchObject(
    [{ kind: 'different', object: 'VIEW public.v' }],
  );
});

test("what providers and upgrades bring is no difference: an extension of the target's own, schema public", () => {
  const brought = [
    { ...entry('EXTENSION', 'pg_stat_statements', 'CREATE EXTENSION pg_stat_statements;'), schema: '-' },
    { ...entry('SCHEMA', 'public', '-- *not* creating schema, since initdb creates it'), schema: '-' },
  ];
  const { differences, remarks } = compare(catalog(150_018, []), catalog(150_018, brought));
  expect(differences).toEqual([]);
  expect(remarks).toEqual(['EXTENSION pg_stat_statements is only at the target.']);
});

test('locales are compared however systems write them, and other versions of them are a remark', () => {
  const sorting = (collation: string, version: string) => ({
    collation,
    collations: [{ name: "the database's own", recorded: version, actual: version }],
  });
  const { differences, remarks } = compare(
    catalog(150_018, [], sorting('en_US.UTF-8', '2.31')),
    catalog(150_018, [], sorting('en_US.utf8', '2.36')),
  );
  expect(differences).toEqual([]);
  expect(remarks).toEqual([
    "COLLATION the database's own has version 2.31 at the source, 2.36 at the target: some texts may sort otherwise.",
  ]);
  expect(
    compare(catalog(150_018, [], sorting('C', '1')), catalog(150_018, [], sorting('de_DE.utf8', '1'))).differences,
  ).toMatchObject([{ object: 'DATABASE collation' }]);
});

test('operators and the like that share a name are told apart by their texts, in any order', () => {
  const plus = (type: string) => entry('OPERATOR', '+', `CREATE OPERATOR public.+ (LEFTARG = ${type});`);
  expect(
    compare(catalog(150_018, [plus('a'), plus('b')]), catalog(150_018, [plus('b'), plus('a')])).differences,
  ).toEqual([]);
  expect(compare(catalog(150_018, [plus('a'), plus('b')]), catalog(150_018, [plus('a')])).differences).toHaveLength(1);
});
