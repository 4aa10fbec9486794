import type { SchemaEntry } from './schema-entries.ts';

const simple =
  /^\s*ALTER TABLE ONLY (?<table>.+)\n {4}ADD CONSTRAINT (?<name>.+) (?<kind>PRIMARY KEY|UNIQUE) (?<columns>\([^()]*\));\s*$/;

/**
 * Cuts a plain primary key or unique constraint into its index and the constraint that takes it over: the index is
 * built side by side with the table's others, where ADD CONSTRAINT would lock them out. Whatever is not plain
 * (deferrable, included columns, exclusion, a partitioned parent) stays as it is.
 */
export function splitConstraint(entry: SchemaEntry): SchemaEntry[] {
  const found = entry.type === 'CONSTRAINT' && simple.exec(entry.sql)?.groups;
  if (!found) return [entry];
  const { table, name, kind, columns } = found;
  // Ids of pg_dump are positive.
  const id = -entry.id;
  return [
    { ...entry, id, type: 'INDEX', sql: `CREATE UNIQUE INDEX ${name} ON ${table} USING btree ${columns};` },
    {
      ...entry,
      dependsOn: [...entry.dependsOn, id],
      sql: `ALTER TABLE ONLY ${table} ADD CONSTRAINT ${name} ${kind} USING INDEX ${name};`,
    },
  ];
}
