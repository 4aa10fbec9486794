import { count, plural } from '../domain/quantities.ts';
import type { Manifest, ManifestTable } from './staged.ts';

/** One table on both sides. A side where it is missing has no figures. */
export interface TableComparison {
  /** `schema.name` */
  readonly table: string;
  readonly rowsSource?: number;
  readonly rowsTarget?: number;
  /** Of the rows' binary form, at the source (at the target where the source has none). */
  readonly bytes: number;
  readonly rowsEqual: boolean;
  readonly bytesEqual: boolean;
  /** Both order-free sums over byte-exact row hashes. */
  readonly hashEqual: boolean;
  readonly equal: boolean;
}

export interface Difference {
  readonly kind: 'rows' | 'contents' | 'missing' | 'unexpected' | 'sequence' | 'large objects';
  /** `schema.name`, or `large objects`. */
  readonly of: string;
  /** A sentence with both sides' figures. */
  readonly message: string;
}

export interface Comparison {
  readonly equal: boolean;
  readonly tables: readonly TableComparison[];
  readonly differences: readonly Difference[];
}

type Named = { readonly schema: string; readonly name: string };
const nameOf = ({ schema, name }: Named) => `${schema}.${name}`;
// A dot may be part of a name, so keys are not nameOf.
const byKey = <T extends Named>(all: readonly T[]) =>
  new Map(all.map((each) => [JSON.stringify([each.schema, each.name]), each]));

/** What is compared of a side. */
export type Measured = Pick<Manifest, 'tables' | 'sequences' | 'largeObjects'>;

/** Whether the target holds exactly what the source's snapshot held: every row's bytes, sequences, large objects. */
export function compareManifests(source: Measured, target: Measured): Comparison {
  const differences: Difference[] = [];
  const tables = pairs(source.tables, target.tables).map(([from, to]) => {
    const comparison = compareTable(from, to);
    const difference = tableDifference(comparison);
    if (difference) differences.push(difference);
    return comparison;
  });
  for (const [from, to] of pairs(source.sequences, target.sequences)) {
    if (from?.lastValue === to?.lastValue && from?.isCalled === to?.isCalled) continue;
    const state = (of: typeof from) => (of ? `${of.lastValue}${of.isCalled ? '' : ' (not yet called)'}` : 'missing');
    const of = nameOf((from ?? to) as Named);
    differences.push({
      kind: 'sequence',
      of,
      message: `Sequence ${of} is at ${state(from)} at the source, ${state(to)} at the target.`,
    });
  }
  const { largeObjects: from } = source;
  const { largeObjects: to } = target;
  if (from.count !== to.count || !sameHash(from.hash, to.hash)) {
    differences.push({
      kind: 'large objects',
      of: 'large objects',
      message: `${from.count} large objects (${from.bytes} bytes) at the source, ${to.count} (${to.bytes} bytes) at the target${from.count === to.count ? ', with other contents' : ''}.`,
    });
  }
  return { equal: differences.length === 0, tables, differences };
}

/** What has the same name on both sides, in the source's order; then what only the target has. */
export function pairs<T extends Named>(source: readonly T[], target: readonly T[]): [T | undefined, T | undefined][] {
  const there = byKey(target);
  const here = byKey(source);
  return [
    ...[...here].map(([key, each]): [T, T | undefined] => [each, there.get(key)]),
    ...[...there].filter(([key]) => !here.has(key)).map(([, each]): [undefined, T] => [undefined, each]),
  ];
}

const sameHash = (a: readonly string[], b: readonly string[]) => a[0] === b[0] && a[1] === b[1];

function compareTable(from: ManifestTable | undefined, to: ManifestTable | undefined): TableComparison {
  const rowsEqual = from?.rows === to?.rows;
  const bytesEqual = from?.bytes === to?.bytes;
  const hashEqual = from !== undefined && to !== undefined && sameHash(from.hash, to.hash);
  const either = (from ?? to) as ManifestTable;
  return {
    table: nameOf(either),
    ...(from && { rowsSource: from.rows }),
    ...(to && { rowsTarget: to.rows }),
    bytes: either.bytes,
    rowsEqual,
    bytesEqual,
    hashEqual,
    equal: rowsEqual && bytesEqual && hashEqual,
  };
}

function tableDifference(table: TableComparison): Difference | undefined {
  const { table: of, rowsSource, rowsTarget } = table;
  if (table.equal) return undefined;
  if (rowsTarget === undefined) return { kind: 'missing', of, message: `Table ${of} is missing at the target.` };
  if (rowsSource === undefined) return { kind: 'unexpected', of, message: `Table ${of} is only at the target.` };
  if (!table.rowsEqual) {
    return {
      kind: 'rows',
      of,
      message: `Table ${of} has ${plural(rowsSource, 'row')} at the source, ${count(rowsTarget)} at the target.`,
    };
  }
  return {
    kind: 'contents',
    of,
    message: `Table ${of} has ${plural(rowsSource, 'row')} on both sides, but other contents.`,
  };
}
