import { dumpSchema, schemaScript } from '../postgres/client-tools.ts';
import { readSchemaScript } from '../restore/schema-entries.ts';
import { taskGroup } from '../task-group.ts';
import { readCatalogFacts } from './catalog-facts.ts';
import { type Catalog, compareCatalogs } from './compare-catalogs.ts';
import type { CatalogComparison } from './findings.ts';
import type { Around, LiveSide } from './live-side.ts';
import { readPositions } from './sequences.ts';

interface CatalogOptions {
  /** In which both schemas are written. */
  readonly encoding: string;
  /** Whether owners and grants are compared too. */
  readonly rights: boolean;
}

/** The catalogs of two live databases, each in its snapshot. */
export async function compareLiveCatalogs(
  source: LiveSide,
  target: LiveSide,
  options: CatalogOptions,
  around: Around,
): Promise<CatalogComparison> {
  const read = (side: LiveSide) => (signal: AbortSignal) => readCatalog(side, options, { ...around, signal });
  const [here, there] = await taskGroup(around.signal, [read(source), read(target)]);
  return compareCatalogs(here as Catalog, there as Catalog, options);
}

async function readCatalog(side: LiveSide, options: CatalogOptions, around: Around): Promise<Catalog> {
  const { encoding } = options;
  const dump = await dumpSchema(side.database, side.snapshot, encoding, around.signal, options);
  const entries = readSchemaScript(await schemaScript(dump, 'all', around.signal, options), encoding);
  const session = side.session(around);
  try {
    return {
      entries,
      facts: await session.try('read the catalog', (client) => side.piece(client, [], () => readCatalogFacts(client))),
      // A sequence is as it is now, its column as in the snapshot: what is written meanwhile makes none look behind.
      sequences: await session.try('read sequences', (client) =>
        side.piece(client, [], () => readPositions(client, side.sequences)),
      ),
    };
  } finally {
    await session.close();
  }
}
