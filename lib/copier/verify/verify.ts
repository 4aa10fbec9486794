import { WorkflowError } from '../../workflow/errors.ts';
import { type Comparison, compareManifests, pairs, type TableComparison } from '../compare.ts';
import { standAside } from '../dump/stand-aside.ts';
import { speakServerEncoding } from '../postgres/encoding.ts';
import type { Database } from '../postgres/session.ts';
import type { PlannedTable } from '../staged.ts';
import { taskGroup } from '../task-group.ts';
import { compareLiveCatalogs } from './catalog.ts';
import type { CatalogComparison, TableDifferences } from './findings.ts';
import { readKey } from './keys.ts';
import { type Around, LiveSide } from './live-side.ts';
import { locate } from './locate.ts';
import { measureSide } from './measure-sides.ts';
import { tableRows } from './row-digests.ts';

export interface VerifyOptions {
  /** Sessions a side that read rows. */
  readonly workers: number;
  /** Whether owners and grants are compared too. */
  readonly grants: boolean;
  readonly onProgress?: (progress: VerifyProgress) => void;
}

export interface VerifyProgress {
  readonly phase: 'reading catalogs' | 'comparing rows' | 'locating differences';
  /** Of both sides together. */
  readonly rows: number;
  readonly bytes: number;
  readonly totalBytes: number;
}

export interface Verification {
  readonly equal: boolean;
  readonly startedAt: string;
  readonly seconds: number;
  /** Server versions, as in 150014. */
  readonly versions: { readonly source: number; readonly target: number };
  readonly tables: readonly TableComparison[];
  /** Tables and large objects that differ. */
  readonly differences: Comparison['differences'];
  /** The rows of those tables that are on both sides. */
  readonly located: readonly TableDifferences[];
  readonly catalog: CatalogComparison;
}

/** One table on both sides, read by the columns that both have. */
interface Pair {
  readonly source: PlannedTable;
  readonly target: PlannedTable;
}

/**
 * Proves two live databases equal, or names each difference: tables by a byte-exact hash and then by key, everything
 * else by its definition. Reads only, in one snapshot a side.
 * Throws SourceUnreachable, SourceLoginRefused, SourceKeepsChanging, SnapshotLost, DumpFailed, TargetUnreachable,
 * TargetLoginRefused, RestoreFailed.
 */
export async function verify(
  databases: { readonly source: Database; readonly target: Database },
  around: Around,
  options: VerifyOptions,
): Promise<Verification> {
  const started = around.clock.now();
  const [source, target] = await openBoth(databases, around.signal);
  const over = new AbortController();
  try {
    const [found] = await taskGroup(around.signal, [
      (signal) => compareSides(source, target, { ...around, signal }, options).finally(() => over.abort()),
      (signal) => source.keep({ ...around, signal }, over.signal),
      (signal) => target.keep({ ...around, signal }, over.signal),
      // Whoever waits for a piece of ours has its table within seconds; the piece is measured again.
      ...[databases.source, databases.target].map((database) => async (signal: AbortSignal) => {
        await standAside(database, { ...around, signal }, over.signal);
        return undefined;
      }),
    ]);
    const { comparison, located, catalog } = found!;
    return {
      equal: comparison.equal && catalog.differences.length === 0,
      startedAt: new Date(started).toISOString(),
      seconds: (around.clock.now() - started) / 1000,
      versions: { source: source.version, target: target.version },
      tables: comparison.tables,
      differences: comparison.differences,
      located,
      catalog,
    };
  } finally {
    await Promise.all([source.close(), target.close()]);
  }
}

async function openBoth(
  databases: { readonly source: Database; readonly target: Database },
  signal: AbortSignal,
): Promise<[LiveSide, LiveSide]> {
  const source = await LiveSide.open(databases.source, signal);
  try {
    return [source, await LiveSide.open(databases.target, signal)];
  } catch (error) {
    await source.close();
    throw error;
  }
}

async function compareSides(source: LiveSide, target: LiveSide, around: Around, options: VerifyOptions) {
  const matched = pairs(source.tables, target.tables).map(([from, to]) =>
    from && to ? shared(from, to) : { from, to },
  );
  const sourceTables = matched.flatMap((pair) => ('source' in pair ? pair.source : (pair.from ?? [])));
  const targetTables = matched.flatMap((pair) => ('target' in pair ? pair.target : (pair.to ?? [])));
  // Between two encodings, letters are compared instead of bytes.
  const encoding = source.encoding === target.encoding ? source.encoding : 'UTF8';
  const progress = { rows: 0, bytes: 0 };
  const totalBytes = [...sourceTables, ...targetTables].reduce((sum, { bytes }) => sum + bytes, 0);
  const tell = (phase: VerifyProgress['phase']) => options.onProgress?.({ phase, ...progress, totalBytes });
  const onMeasured = (done: { rows: number; bytes: number }) => {
    progress.rows += done.rows;
    progress.bytes += done.bytes;
    tell('comparing rows');
  };
  tell('reading catalogs');
  const catalog = await compareLiveCatalogs(source, target, { encoding, rights: options.grants }, around);
  const [here, there] = await taskGroup(around.signal, [
    (signal) => measureSide(source, sourceTables, encoding, options.workers, { ...around, signal }, onMeasured),
    (signal) => measureSide(target, targetTables, encoding, options.workers, { ...around, signal }, onMeasured),
  ]);
  const comparison = compareManifests(here!, there!);
  const located: TableDifferences[] = [];
  for (const [at, pair] of matched.entries()) {
    const compared = comparison.tables[at];
    if (!('source' in pair) || !compared || compared.equal) continue;
    tell('locating differences');
    located.push(await again(around, () => locatePair(pair, source, target, compared, encoding, around)));
  }
  return { comparison, located, catalog };
}

/** For a lock that was not given in time, or a session that stood aside. 1 s and 2 s apart. */
async function again<T>({ clock, signal }: Around, job: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await job();
    } catch (error) {
      const passes = error instanceof WorkflowError && error.name.endsWith('Unreachable');
      if (!passes || tries === 3) throw error;
      await clock.sleep(1000 * 2 ** (tries - 1), signal);
    }
  }
}

/** Both by the columns that both have, in the source's order. A column that only one has is the catalog's to tell. */
function shared(from: PlannedTable, to: PlannedTable): Pair {
  const columns = from.columns.flatMap((column) => {
    const other = to.columns.find(({ name }) => name === column.name);
    return other ? [{ name: column.name, hashedAsText: column.hashedAsText || other.hashedAsText }] : [];
  });
  return { source: { ...from, columns }, target: { ...to, columns } };
}

async function locatePair(
  pair: Pair,
  source: LiveSide,
  target: LiveSide,
  compared: TableComparison,
  encoding: string,
  around: Around,
): Promise<TableDifferences> {
  const { columns } = pair.source;
  const known = async (side: LiveSide, table: PlannedTable) => {
    const key = await side.ask((client) => readKey(client, table));
    return key.every((name) => columns.some((column) => column.name === name)) ? key : [];
  };
  const own = await known(source, pair.source);
  const key = own.length ? own : await known(target, pair.target);

  const rows = Math.max(compared.rowsSource ?? 0, compared.rowsTarget ?? 0);
  return await source.once([pair.source], around, (ours) =>
    target.once([pair.target], around, async (theirs) => {
      for (const client of [ours, theirs]) await speakServerEncoding(client, encoding);
      return await locate(
        pair.source,
        { columns, key, encoding },
        { client: ours, from: tableRows(pair.source, encoding) },
        { client: theirs, from: tableRows(pair.target, encoding) },
        rows,
      );
    }),
  );
}
