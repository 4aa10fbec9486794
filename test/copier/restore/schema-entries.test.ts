import { expect, test } from '@jest/globals';
import { readSchemaScript } from '../../../lib/copier/restore/schema-entries.ts';

const heading = (id: number, name: string, type: string, more = '') =>
  `--\n-- TOC entry ${id} (class 1259 OID ${id}00)\n${more}-- Name: ${name}; Type: ${type}; Schema: public; Owner: -\n-- Data Pos: 0\n--\n\n`;
const script = (...entries: string[]) =>
  `--\n-- PostgreSQL database dump\n--\n\n\\restrict abc\n\nSET transaction_timeout = 0;\n\n${entries.join('\n\n\n')}\n\n-- Completed on 2026-03-01 10:00:00 UTC\n\n--\n-- PostgreSQL database dump complete\n--\n\n\\unrestrict abc\n\n`;

test('reads id, oid, type, name and dependencies, and keeps the SQL', () => {
  const entries = readSchemaScript(
    script(
      `${heading(5, 't; x', 'TABLE')}CREATE TABLE public.t ();`,
      `${heading(7, 't i', 'INDEX', '-- Dependencies: 5 6 5\n')}CREATE INDEX i ON public.t (a);`,
    ),
    'UTF8',
  );
  expect(entries).toMatchObject([
    { id: 5, oid: 500, type: 'TABLE', name: 't; x', dependsOn: [] },
    { id: 7, oid: 700, type: 'INDEX', name: 't i', dependsOn: [5, 6, 5] },
  ]);
  expect(entries[0]?.sql.trim()).toBe('CREATE TABLE public.t ();');
  expect(entries[1]?.sql).not.toMatch(/restrict|transaction_timeout|Completed/);
});

test('leaves the comments of extensions to their owner', () => {
  const entries = readSchemaScript(
    script(`${heading(5, 'EXTENSION citext', 'COMMENT')}COMMENT ON EXTENSION citext IS 'x';`),
    'UTF8',
  );
  expect(entries).toEqual([]);
});

test.each([
  ['an id comes twice', script(`${heading(5, 'a', 'TABLE')}x`, `${heading(5, 'b', 'TABLE')}y`)],
  ['a heading is not understood', script('--\n-- TOC entry 5 in a form of the future\n--\n\nCREATE TABLE t ();')],
])('refuses the whole script when %s', (_, text) => {
  expect(() => readSchemaScript(text, 'UTF8')).toThrow(/cannot be cut/);
});
