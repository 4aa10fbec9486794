import type { SchemaEntry } from '../restore/schema-entries.ts';
import type { CatalogDifference } from './findings.ts';

/** Objects by type, schema and name. Some share them (operators, casts): then there are several definitions. */
type Definitions = ReadonlyMap<string, readonly SchemaEntry[]>;

/** What pg_restore writes between entries, wherever its settings change. */
const settings = /^SET default_(tablespace|table_access_method) = .*;$/gm;
/** Compared by the entry's own owner. */
const ownership = /^ALTER .* OWNER TO .*;$/gm;
/** How values are stored, not which: nothing that a reader of the table could see. */
const storage = [
  /^ALTER TABLE (ONLY )?.* ALTER COLUMN .* SET COMPRESSION \w+;$/gm,
  /\bfillfactor='?\d+'?(, )?/g,
  /\s*\bWITH \(\)/g,
];
/** Privileges stand in the order in which they were given. */
const isRight = ({ type }: SchemaEntry) => type === 'ACL' || type === 'DEFAULT ACL';

const keyOf = ({ type, schema, name }: Pick<SchemaEntry, 'type' | 'schema' | 'name'>) =>
  JSON.stringify([type, schema, name]);

/** `INDEX public.users_email_key`; what stands in no schema has only a name. */
export const describeObject = ({ type, schema, name }: Pick<SchemaEntry, 'type' | 'schema' | 'name'>) =>
  `${type} ${schema === '-' ? '' : `${schema}.`}${name}`;

/** Schema public is there on both sides, whoever owns it: an upgraded server lists it and a new one does not. */
const isEverywhere = ({ type, name }: SchemaEntry) => type === 'SCHEMA' && name === 'public';

export function definitionsOf(entries: readonly SchemaEntry[]): Definitions {
  const found = new Map<string, SchemaEntry[]>();
  for (const entry of entries.filter((each) => !isEverywhere(each))) {
    const key = keyOf(entry);
    found.set(key, [...(found.get(key) ?? []), entry]);
  }
  return found;
}

interface ComparedDefinitions {
  readonly objects: number;
  readonly differences: readonly (CatalogDifference & { readonly entry: SchemaEntry })[];
  readonly remarks: readonly string[];
}

/**
 * Object by object. What exists must exist on both sides; its text must be the same where both servers have one major
 * version, because a newer one may word the same thing differently.
 */
export function compareDefinitions(
  source: Definitions,
  target: Definitions,
  options: { readonly sameMajor: boolean; readonly rights: boolean },
): ComparedDefinitions {
  const differences: (CatalogDifference & { entry: SchemaEntry })[] = [];
  const remarks: string[] = [];
  for (const [key, here] of source) {
    const [entry] = here;
    if (!entry) continue;
    const object = describeObject(entry);
    const there = target.get(key);
    const differ = (kind: CatalogDifference['kind'], message: string) =>
      differences.push({ kind, object, message, entry });
    if (!there) {
      differ('missing', `${object} is missing at the target.`);
      continue;
    }
    if (options.rights && entry.owner !== there[0]?.owner) {
      differ('different', `${object} belongs to ${entry.owner} at the source, to ${there[0]?.owner} at the target.`);
    }
    const [ours, theirs] = [text(here), text(there)];
    if (ours === theirs) continue;
    if (withoutStorage(ours) === withoutStorage(theirs)) {
      remarks.push(`${object} is stored with other parameters (compression, fillfactor).`);
    } else if (withoutNotValid(ours) === withoutNotValid(theirs)) {
      const side = / NOT VALID;/.test(theirs) ? 'target' : 'source';
      differ('different', `${object} is not validated at the ${side}.`);
    } else if (options.sameMajor) {
      const parts = entry.type === 'TABLE' ? partsOf(ours, theirs) : [];
      differ('different', `${object} is defined differently${parts.length ? `: ${parts.join(', ')}` : ''}.`);
    } else {
      remarks.push(`${object} reads differently, which may be the servers' versions alone.`);
    }
  }
  for (const [key, [entry]] of target) {
    if (!entry || source.has(key)) continue;
    const object = describeObject(entry);
    // Providers create some by themselves.
    if (entry.type === 'EXTENSION') remarks.push(`${object} is only at the target.`);
    else differences.push({ kind: 'unexpected', object, message: `${object} is only at the target.`, entry });
  }
  return { objects: source.size, differences, remarks };
}

/** As it is compared: the texts of one key in an order of their own. */
function text(entries: readonly SchemaEntry[]): string {
  const texts = entries.map((entry) => {
    const sql = entry.sql.replace(settings, '').replace(ownership, '').trim();
    return isRight(entry) ? sql.split('\n').sort().join('\n') : sql;
  });
  return texts.sort().join('\n');
}

const withoutStorage = (sql: string) => storage.reduce((rest, pattern) => rest.replace(pattern, ''), sql).trim();
const withoutNotValid = (sql: string) => sql.replaceAll(' NOT VALID;', ';');

const MOST_PARTS = 5;
const part = /^\s+(CONSTRAINT (?:"(?:[^"]|"")+"|\S+)|"(?:[^"]|"")+"|[\w\x80-\u{10ffff}]+)/u;

/** The names of the columns and constraints whose lines are not on both sides: names alone, in a report for everybody. */
function partsOf(ours: string, theirs: string): string[] {
  const lines = (sql: string) => sql.split('\n').map((line) => line.replace(/,$/, ''));
  const [here, there] = [lines(ours), lines(theirs)];
  const differing = [
    ...here.filter((line) => !there.includes(line)),
    ...there.filter((line) => !here.includes(line)),
  ].flatMap((line) => part.exec(Buffer.from(line, 'latin1').toString())?.[1] ?? []);
  const names = [...new Set(differing)];
  return names.length > MOST_PARTS ? [...names.slice(0, MOST_PARTS), '…'] : names;
}
