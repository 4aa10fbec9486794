import type { SchemaEntry } from '../restore/schema-entries.ts';
import type { CatalogFacts, CollationVersion } from './catalog-facts.ts';
import { compareDefinitions, definitionsOf, describeObject } from './definitions.ts';
import type { CatalogComparison, CatalogDifference } from './findings.ts';
import { compareSequences, type SequencePosition } from './sequences.ts';

/** The catalog of one side. */
export interface Catalog {
  readonly facts: CatalogFacts;
  /** Of pg_dump. */
  readonly entries: readonly SchemaEntry[];
  readonly sequences: readonly SequencePosition[];
}

const major = ({ facts }: Catalog) => Math.floor(facts.version / 10_000);

/** Compares what the two sides are, besides the rows in their tables. Pure. */
export function compareCatalogs(
  source: Catalog,
  target: Catalog,
  { rights }: { readonly rights: boolean },
): CatalogComparison {
  const sameMajor = major(source) === major(target);
  const states = compareStates(source.facts, target.facts);
  const definitions = compareDefinitions(definitionsOf(source.entries), definitionsOf(target.entries), {
    sameMajor,
    rights,
  });
  const sequences = compareSequences(source.sequences, target.sequences);
  const database = compareDatabases(source.facts, target.facts);
  const extensions = compareExtensions(source.facts, target.facts, sameMajor);
  const collations = compareCollations(source.facts, target.facts);
  return {
    objects: definitions.objects,
    differences: [
      ...database,
      ...extensions.differences,
      ...collations.differences,
      // An invalid index is missing in pg_dump's list: it is told once.
      ...definitions.differences.filter(({ entry }) => !states.told.has(nameOf(entry))).map(plain),
      ...states.differences,
      ...sequences.differences,
    ],
    remarks: [
      ...(sameMajor ? [] : [`The source is PostgreSQL ${major(source)}, the target ${major(target)}.`]),
      ...extensions.remarks,
      ...collations.remarks,
      ...definitions.remarks,
      ...states.remarks,
      ...sequences.remarks,
    ],
  };
}

const plain = ({ kind, object, message }: CatalogDifference): CatalogDifference => ({ kind, object, message });

/** Types are told apart differently by pg_dump and by the catalog (a key's index is a CONSTRAINT there). */
const nameOf = ({ schema, name }: { schema: string; name: string }) => JSON.stringify([schema, name]);

/** Validity, firing, filling: strict whatever the versions. */
function compareStates(source: CatalogFacts, target: CatalogFacts) {
  const differences: CatalogDifference[] = [];
  const remarks: string[] = [];
  const told = new Set<string>();
  const keyOf = (of: CatalogFacts['states'][number]) => JSON.stringify([of.type, of.schema, of.name]);
  const here = new Map(source.states.map((state) => [keyOf(state), state]));
  for (const there of target.states) {
    const from = here.get(keyOf(there));
    here.delete(keyOf(there));
    const object = describeObject(there);
    if (from ? from.state === there.state : there.state !== 'invalid') continue;
    told.add(nameOf(there));
    const message = from
      ? `${object} is ${there.state} at the target, ${from.state} at the source.`
      : `${object} is only at the target, and ${there.state}.`;
    differences.push({ kind: from ? 'different' : 'unexpected', object, message });
  }
  for (const left of here.values()) {
    if (left.state === 'invalid')
      remarks.push(`${describeObject(left)} is invalid at the source, and was not carried.`);
  }
  return { differences, remarks, told };
}

/** Systems write one locale in several ways: en_US.UTF-8, en_US.utf8. */
const spelled = (collation: string) => collation.toLowerCase().replaceAll('utf-8', 'utf8');

function compareDatabases(source: CatalogFacts, target: CatalogFacts): CatalogDifference[] {
  const differences: CatalogDifference[] = [];
  const differ = (object: string, message: string) => differences.push({ kind: 'different', object, message });
  if (source.encoding !== target.encoding) {
    differ(
      'DATABASE encoding',
      `The database is encoded in ${source.encoding} at the source, ${target.encoding} at the target.`,
    );
  }
  if (spelled(source.collation) !== spelled(target.collation)) {
    differ(
      'DATABASE collation',
      `The database sorts by ${source.collation} at the source, ${target.collation} at the target.`,
    );
  }
  return differences;
}

function compareExtensions(source: CatalogFacts, target: CatalogFacts, sameMajor: boolean) {
  const differences: CatalogDifference[] = [];
  const remarks: string[] = [];
  for (const { name, version } of source.extensions) {
    const there = target.extensions.find((extension) => extension.name === name);
    // One that is missing, its definition tells.
    if (!there || there.version === version) continue;
    const object = `EXTENSION ${name}`;
    const message = `${object} has version ${version} at the source, ${there.version} at the target.`;
    if (sameMajor) differences.push({ kind: 'different', object, message });
    else remarks.push(message);
  }
  return { differences, remarks };
}

/**
 * An index that was built by another version than the server sorts by now may miss rows: a difference. That two
 * systems sort by two versions cannot be helped, and harms nothing once the target's indexes are its own.
 */
function compareCollations(source: CatalogFacts, target: CatalogFacts) {
  const differences: CatalogDifference[] = [];
  const remarks: string[] = [];
  const stale = ({ recorded, actual }: CollationVersion) => actual !== null && recorded !== actual;
  for (const there of target.collations) {
    const object = `COLLATION ${there.name}`;
    const here = source.collations.find(({ name }) => name === there.name);
    if (stale(there)) {
      const message = `${object} has version ${there.recorded} recorded at the target, where the server sorts by ${there.actual}: rebuild its indexes, then refresh the version.`;
      if (here && stale(here) && here.recorded === there.recorded) remarks.push(message);
      else differences.push({ kind: 'different', object, message });
    } else if (here && here.actual !== there.actual) {
      remarks.push(
        `${object} has version ${here.actual} at the source, ${there.actual} at the target: some texts may sort otherwise.`,
      );
    }
  }
  return { differences, remarks };
}
