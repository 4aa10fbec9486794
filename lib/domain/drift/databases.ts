import type { DatabaseFindings, DatabasesFindings } from '../../workflow/documents/collected.ts';
import type { Change } from '../../workflow/documents/measurement.ts';
import { size } from '../quantities.ts';
import { comeAndGone, compare, match } from './change.ts';

/** Inspecting lists so many tables: of more, one that is missing from the list need not be gone. */
const LISTED = 1000;
/** A database is of another size from a tenth on; half as much again, and the rehearsal says less about it. */
const SIZE = { told: 1.1, matters: 1.5 } as const;
/** A table is told of when it is a hundredth of the database and changed by a fifth; doubled, it matters from a tenth on. */
const TABLE = { share: 0.01, told: 1.2, large: 0.1, matters: 2 } as const;

/** How a schema, versions, sizes and settings of both databases changed. */
export const databaseChanges = (was: DatabasesFindings, is: DatabasesFindings): Change[] => [
  ...versions('source', was.source, is.source),
  ...versions('target', was.target, is.target),
  ...schema(was.source, is.source),
  ...sizes(was.source, is.source),
  ...settings('source', was.source, is.source),
  ...settings('target', was.target, is.target),
  ...keys(was.source, is.source),
];

const faster = {
  about: 'settings',
  matters: true,
  because: 'it reads and writes at another rate than in the rehearsal',
} as const;

function versions(side: string, was: DatabaseFindings, is: DatabaseFindings): Change[] {
  const major = was.major !== is.major;
  return [
    ...compare(`PostgreSQL of the ${side}`, was.version, is.version, {
      about: 'version',
      stops: major,
      because: major
        ? 'another major version dumps, loads and compares otherwise than the one that was rehearsed'
        : 'a minor version changes neither formats nor statements',
    }),
    ...compare(`kind of server of the ${side}`, was.provider, is.provider, {
      about: 'version',
      matters: true,
      because: 'it loads at another rate and has other rights',
    }),
    // A server that RDS did not tell of once is no other server.
    ...(was.server && is.server
      ? [
          ...compare(`class of the ${side}’s server`, was.server.instanceClass, is.server.instanceClass, faster),
          ...compare(`storage of the ${side}’s server`, was.server.storage.type, is.server.storage.type, faster),
        ]
      : []),
  ];
}

function schema(was: DatabaseFindings, is: DatabaseFindings): Change[] {
  const [then, now] = [was.schemaMigrations, is.schemaMigrations];
  const migrated = {
    about: 'schema',
    stops: true,
    because: 'the application has migrated its schema: another one was rehearsed',
  } as const;
  const whole = was.largestTables.length < LISTED && is.largestTables.length < LISTED;
  const tables = match(was.largestTables, is.largestTables, ({ table }) => table);
  const extensions = match(was.extensions, is.extensions, ({ name }) => name);
  const extension = { about: 'schema', matters: true, because: 'the target must offer it in this version' } as const;
  return [
    ...compare(
      'schema migrations of the source',
      then && `${then.count}, the newest ${then.newest ?? 'unknown'}`,
      now && `${now.count}, the newest ${now.newest ?? 'unknown'}`,
      migrated,
    ),
    ...(whole
      ? comeAndGone(
          tables,
          'table',
          ({ table }) => table,
          ({ kind }) =>
            kind === 'partition'
              ? { about: 'schema', matters: false, because: 'partitions come and go by themselves' }
              : { about: 'schema', matters: true, because: 'the rehearsal copied and proved another set of tables' },
        )
      : []),
    ...tables.both.flatMap(({ name, was: before, is: after }) => [
      ...compare(`table ${name}: kind`, before.kind, after.kind, {
        about: 'schema',
        matters: true,
        because: 'it is copied in another way',
      }),
      ...compare(
        `table ${name}: primary key`,
        before.primaryKey ? 'there' : 'none',
        after.primaryKey ? 'there' : 'none',
        { about: 'schema', matters: true, because: 'its rows are compared by key, or whole' },
      ),
      ...compare(`table ${name}: unlogged`, before.unlogged, after.unlogged, {
        about: 'schema',
        matters: true,
        because: 'an unlogged table is lost with a crash and missing on replicas',
      }),
    ]),
    ...comeAndGone(
      extensions,
      'extension',
      ({ name }) => name,
      () => extension,
    ),
    ...extensions.both.flatMap(({ name, was: before, is: after }) =>
      compare(`extension ${name}`, before.version, after.version, extension),
    ),
    ...(['encoding', 'collation'] as const).flatMap((of) =>
      compare(`${of} of the source`, was[of], is[of], {
        about: 'schema',
        stops: true,
        because: 'the copy is created in it: another one was rehearsed',
      }),
    ),
  ];
}

/** By how many times the larger is larger; a difference of nothing to something counts as without bound. */
const factor = (was: number, is: number): number => Math.max(was, is) / Math.max(1, Math.min(was, is));

function sizes(was: DatabaseFindings, is: DatabaseFindings): Change[] {
  const whole = factor(was.sizeBytes, is.sizeBytes);
  const total =
    whole < SIZE.told
      ? []
      : compare('size of the source', size(was.sizeBytes), size(is.sizeBytes), {
          about: 'size',
          matters: whole >= SIZE.matters,
          because: 'the copy takes as much longer or shorter; the prediction is scaled',
        });
  const tables = match(was.largestTables, is.largestTables, ({ table }) => table).both.flatMap((each) => {
    const times = factor(each.was.bytes, each.is.bytes);
    const share = Math.max(each.was.bytes, each.is.bytes) / Math.max(1, is.sizeBytes);
    if (times < TABLE.told || share < TABLE.share) return [];
    return compare(`size of ${each.name}`, size(each.was.bytes), size(each.is.bytes), {
      about: 'size',
      matters: times >= TABLE.matters && share >= TABLE.large,
      because: 'its rows and indexes take their own time, which a prediction by the whole size does not see',
    });
  });
  return [...total, ...tables];
}

function settings(side: string, was: DatabaseFindings, is: DatabaseFindings): Change[] {
  const names = [...new Set([...Object.keys(was.settings), ...Object.keys(is.settings)])].sort();
  return [
    ...names.flatMap((name) =>
      compare(`${name} of the ${side}`, was.settings[name], is.settings[name], {
        about: 'settings',
        matters: true,
        because: 'the copy or the application depends on it',
      }),
    ),
    ...compare(`connections of the ${side}, at most`, was.sessions.most, is.sessions.most, {
      about: 'settings',
      matters: is.sessions.most < was.sessions.most,
      because: 'workers and application share them',
    }),
  ];
}

/** Of a sample, which has no order, another key may be seen each time: only whole looks are compared. */
function keys({ canaries: was }: DatabaseFindings, { canaries: is }: DatabaseFindings): Change[] {
  type Canaries = NonNullable<typeof was>;
  const whole = ({ lookedAt }: Canaries) => lookedAt.every((each) => each.whole);
  const list = ({ keys }: Canaries) =>
    keys
      .map(({ fingerprint }) => fingerprint)
      .sort()
      .join(', ');
  if (!was || !is || !whole(was) || !whole(is)) return [];
  return compare('keys that encrypted stored values', list(was), list(is), {
    about: 'encryption',
    matters: true,
    because: 'the target must have the key of every value',
  });
}
