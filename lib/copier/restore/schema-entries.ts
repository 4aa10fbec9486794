import { WorkflowError } from '../../workflow/errors.ts';

/** One entry of pg_dump's table of contents, as pg_restore prints it. `sql` has one character a byte. */
export interface SchemaEntry {
  readonly id: number;
  /** `TABLE`, `INDEX`, `FK CONSTRAINT`, `MATERIALIZED VIEW`, … */
  readonly type: string;
  /** Of the object's catalog row at the source. */
  readonly oid: number;
  /** `-` for what stands in none. */
  readonly schema: string;
  readonly name: string;
  /** `-` where the script was asked for without owners. */
  readonly owner: string;
  /** Ids of entries that must be there first. */
  readonly dependsOn: readonly number[];
  readonly sql: string;
}

const heading =
  /^--\n-- TOC entry (?<id>\d+) \(class \d+ OID (?<oid>\d+)\)\n(?:-- Dependencies:(?<dependencies>[\d ]*)\n)?-- Name: (?<name>.*?); Type: (?<type>[A-Z ]+); Schema: (?<schema>.*?); Owner: (?<owner>.*?)(?:; Tablespace: .*)?\n(?:-- Data Pos: \d+\n)?--\n/gm;

const anyHeading = /^-- TOC entry /gm;

/** What pg_restore puts at the end of a script: the time, a remark, and in newer versions a command of psql. */
const ending = /(\n(-- Completed on .*|--\n-- PostgreSQL database dump complete\n--|\\unrestrict \w+)?)+\s*$/;

/**
 * Cuts the output of `pg_restore --verbose --file=-` into its entries, so that each can run in a transaction of its
 * own; `encoding` is what its bytes are in. The settings before the first one are left to `openSession`: newer tools write some that older servers refuse.
 * Throws RestoreFailed when not every heading is understood, once: a newer format, or a text in the schema that looks
 * like one.
 */
export function readSchemaScript(output: string, encoding: string): SchemaEntry[] {
  const decode = (text: string) => decodeEntry(text, encoding);
  const script = output.replace(ending, '');
  const found = [...script.matchAll(heading)];
  const ids = new Set<number>();
  const entries = found.map((match, at): SchemaEntry => {
    const { id = '', oid = '', dependencies = '', name = '', type = '', schema = '', owner = '' } = match.groups ?? {};
    ids.add(Number(id));
    return {
      id: Number(id),
      oid: Number(oid),
      type,
      schema: decode(schema),
      name: decode(name),
      owner: decode(owner),
      dependsOn: dependencies.split(' ').filter(Boolean).map(Number),
      sql: script.slice(match.index + match[0].length, found[at + 1]?.index),
    };
  });
  if (ids.size !== [...script.matchAll(anyHeading)].length) {
    throw new WorkflowError(
      'RestoreFailed',
      'The output of pg_restore cannot be cut into its entries. Look for "-- TOC entry" in comments and function bodies of the source, and at the version of pg_restore.',
    );
  }
  return entries.filter(isOurs);
}

/** What is left when some extensions are not created. */
export const withoutExtensions = (entries: readonly SchemaEntry[], leftOut: readonly string[]): SchemaEntry[] =>
  entries.filter(({ type, name }) => type !== 'EXTENSION' || !leftOut.includes(name));

/** One character a byte as text for people, where we know the encoding. */
export const decodeEntry = (text: string, encoding: string) =>
  encoding === 'UTF8' ? Buffer.from(text, 'latin1').toString() : text;

/**
 * CREATE EXTENSION brings the comment, and only the extension's owner may set it. A user mapping is a password, which
 * belongs to whoever opens the target.
 */
const isOurs = (entry: SchemaEntry) =>
  !(entry.type === 'COMMENT' && entry.name.startsWith('EXTENSION ')) && entry.type !== 'USER MAPPING';
