import { expect, test } from '@jest/globals';
import { splitConstraint } from '../../../lib/copier/restore/constraints.ts';
import type { SchemaEntry } from '../../../lib/copier/restore/schema-entries.ts';

const constraint = (clause: string, type = 'CONSTRAINT'): SchemaEntry => ({
  id: 7,
  oid: 1,
  type,
  schema: 'public',
  owner: '-',
  name: 'c',
  dependsOn: [3],
  sql: `\nALTER TABLE ONLY public."T t"\n    ADD CONSTRAINT "C c" ${clause};\n\n\n`,
});

test.each(['PRIMARY KEY', 'UNIQUE'])('a plain %s becomes an index and the constraint that takes it over', (kind) => {
  expect(splitConstraint(constraint(`${kind} (a, "b c")`))).toMatchObject([
    { id: -7, type: 'INDEX', dependsOn: [3], sql: 'CREATE UNIQUE INDEX "C c" ON public."T t" USING btree (a, "b c");' },
    { id: 7, dependsOn: [3, -7], sql: `ALTER TABLE ONLY public."T t" ADD CONSTRAINT "C c" ${kind} USING INDEX "C c";` },
  ]);
});

test.each([
  'UNIQUE (a) DEFERRABLE INITIALLY DEFERRED',
  'UNIQUE NULLS NOT DISTINCT (a)',
  'PRIMARY KEY (a) INCLUDE (b)',
  'UNIQUE (a) WITH (fillfactor=70)',
  'UNIQUE ("a) (b")',
  'EXCLUDE USING gist (a WITH &&)',
  'PRIMARY KEY (a);\n\nALTER TABLE public."T t" CLUSTER ON "C c"',
])('%s stays as it is', (clause) => {
  const entry = constraint(clause);
  expect(splitConstraint(entry)).toEqual([entry]);
});

test('a foreign key is none of its business', () => {
  const entry = constraint('UNIQUE (a)', 'FK CONSTRAINT');
  expect(splitConstraint(entry)).toEqual([entry]);
});
