import { compareManifests, type Measured } from '../compare.ts';
import type { Surroundings } from '../ports.ts';
import { dumpSchema, schemaScript } from '../postgres/client-tools.ts';
import type { Writer } from '../postgres/fence.ts';
import type { Database } from '../postgres/session.ts';
import { SteadySession } from '../postgres/steady-session.ts';
import type { Manifest, Plan, TargetProof } from '../staged.ts';
import { readCatalogFacts } from '../verify/catalog-facts.ts';
import { compareCatalogs } from '../verify/compare-catalogs.ts';
import type { CatalogComparison, TableDifferences } from '../verify/findings.ts';
import { readPositions } from '../verify/sequences.ts';
import { locateInStaging, unlocated } from './locate-in-staging.ts';
import { readSchemaScript, type SchemaEntry } from './schema-entries.ts';

/** As many tables are loaded once more to name their rows; where more differ, it is no matter of rows. */
const LOCATED_TABLES = 20;
/** 1 s and 2 s apart: for a lock that is not given in time, and a session that is lost. */
const TRIES = 3;

/** Both sides of the copy, as far as they are known at the target. */
interface Copied {
  readonly plan: Plan;
  /** The source's schema, from staging. */
  readonly schema: readonly SchemaEntry[];
  /** What the dump measured. */
  readonly source: Manifest;
  /** What lies in the target. */
  readonly target: Measured;
}

/**
 * Compares the target with what was dumped: names the rows in which tables differ, and every object of the catalog
 * that does. A difference is a finding, no error. Throws TargetUnreachable, Fenced, Superseded, RestoreFailed.
 */
export async function proveTarget(
  copied: Copied,
  writer: Writer,
  database: Database,
  around: Surroundings,
): Promise<TargetProof> {
  const { plan, schema, source, target } = copied;
  const catalog = await compareWithSchema(copied, database, around);
  const { tables } = compareManifests(source, target);
  const located: TableDifferences[] = [];
  for (const [at, table] of plan.tables.entries()) {
    // Both manifests are in the plan's order.
    if (tables[at]?.equal) continue;
    located.push(
      located.length < LOCATED_TABLES
        ? await locateInStaging(at, plan, writer, schema, database, around)
        : unlocated(table, `Its rows are not located: more than ${LOCATED_TABLES} tables differ.`),
    );
  }
  return { located, catalog };
}

/** The schema in staging with the target's own. */
async function compareWithSchema(
  { plan, schema }: Copied,
  database: Database,
  around: Surroundings,
): Promise<CatalogComparison> {
  const entries = await targetSchema(plan.encoding, database, around);
  const session = new SteadySession(database, around);
  try {
    const facts = await session.try('read the catalog', readCatalogFacts);
    const sequences = await session.try('read sequences', (client) => readPositions(client, plan.sequences));
    const told = {
      ...facts,
      version: plan.serverVersion,
      encoding: plan.encoding,
      // pg_dump lists what is valid and validated, so what it lists must be so here. Which partitions an index has is
      // told by its INDEX ATTACH entries.
      states: facts.states.map((state) => ({ ...state, state: sound[state.state] ?? state.state })),
    };
    return compareCatalogs(
      // Sequences were set to the source's positions, which the manifests compare: one that is behind its column here
      // was so there.
      { facts: told, entries: schema, sequences },
      { facts, entries, sequences },
      { rights: false },
    );
  } finally {
    await session.close();
  }
}

const sound: Readonly<Record<string, string>> = { invalid: 'valid' };

async function targetSchema(encoding: string, database: Database, around: Surroundings): Promise<SchemaEntry[]> {
  const { signal, clock, log } = around;
  for (let tries = 1; ; tries++) {
    try {
      const dump = await dumpSchema(database, undefined, encoding, signal);
      return readSchemaScript(await schemaScript(dump, 'all', signal), encoding);
    } catch (error) {
      signal.throwIfAborted();
      if (tries === TRIES) throw error;
      log('schema is read again', { tries, reason: (error as Error).message });
      await clock.sleep(1000 * 2 ** (tries - 1), signal);
    }
  }
}
