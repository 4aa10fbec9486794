import { isGrant } from './grants.ts';
import type { SchemaEntry } from './schema-entries.ts';

/** Created when everything else is there and measured: it fires on what we do, or hides rows. */
const created = new Set(['EVENT TRIGGER', 'ROW SECURITY']);

interface Arranged {
  readonly before: readonly SchemaEntry[];
  /** As the data allows. */
  readonly after: readonly SchemaEntry[];
  /** When the target is measured. */
  readonly last: readonly SchemaEntry[];
  /** When there is nothing left to create. */
  readonly grants: readonly SchemaEntry[];
}

/** Sorts both sections of the schema, in their own order, by the time at which an entry is due. */
export function arrange(before: readonly SchemaEntry[], after: readonly SchemaEntry[]): Arranged {
  const last = new Set<SchemaEntry>();
  const ids = new Set<number>();
  // Nothing comes before what it depends on.
  for (const entry of after) {
    if (!created.has(entry.type) && !entry.dependsOn.some((id) => ids.has(id))) continue;
    last.add(entry);
    ids.add(entry.id);
  }
  const isNoGrant = (entry: SchemaEntry) => !isGrant(entry);
  return {
    before: before.filter(isNoGrant),
    after: after.filter((entry) => !last.has(entry) && !isGrant(entry)),
    last: [...last].filter(isNoGrant),
    grants: [...before, ...after].filter(isGrant),
  };
}
