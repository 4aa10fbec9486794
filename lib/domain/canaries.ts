import type { DatabaseFindings } from '../workflow/documents/collected.ts';
import type { Problem } from '../workflow/documents/findings.ts';

interface Group {
  readonly hash: string;
  readonly methodVersion: number | null;
  readonly authTag: boolean;
  readonly values: number;
}

/** What may be told of encrypted values: the hash that they bear is printed with Passage's key, as the key could be weak. */
export function canariesOf(
  found: {
    readonly lookedAt: NonNullable<DatabaseFindings['canaries']>['lookedAt'];
    readonly groups: readonly Group[];
  },
  print: (hash: string) => string,
): NonNullable<DatabaseFindings['canaries']> {
  const keys = new Map<string, number>();
  const methods = new Map<string, { methodVersion: number | null; authTag: boolean; values: number }>();
  for (const { hash, methodVersion, authTag, values } of found.groups) {
    keys.set(hash, (keys.get(hash) ?? 0) + values);
    const method = JSON.stringify([methodVersion, authTag]);
    methods.set(method, { methodVersion, authTag, values: values + (methods.get(method)?.values ?? 0) });
  }
  return {
    lookedAt: found.lookedAt,
    keys: [...keys].map(([hash, values]) => ({ fingerprint: print(hash), values })),
    methods: [...methods.values()],
  };
}

/** The shape of a hash in a stored value. */
const HASH = /^[0-9a-f]{64}$/;
/** Ways of encryption that are known by their number. */
const METHODS: readonly (number | null)[] = [1, 2];
/** Without it a database is hardly Retool's; the vendor keeps credentials of resources there. */
const RESOURCES = 'resources';

/**
 * What is odd about the encrypted values of the source.
 * @param keyed whether the source sets ENCRYPTION_KEY; null where nobody knows
 * @param rotating whether it sets ENCRYPTION_KEY_OLD, too
 */
export function canaryProblems(
  found: { readonly lookedAt: readonly { readonly table: string }[]; readonly groups: readonly Group[] } | null,
  { keyed, rotating }: { keyed: boolean | null; rotating: boolean },
): Problem[] {
  const missing = (what: string, where: string): Problem => ({
    kind: 'canaries-missing',
    severity: keyed ? 'WARNING' : 'INFO',
    what,
    where,
    todo: 'After the rehearsal open a resource on the target with the copied data: readable credentials prove the key.',
  });
  const strange = (what: string, where: string, todo: string): Problem => ({
    kind: 'canaries-unknown',
    severity: 'WARNING',
    what,
    where,
    todo,
  });
  if (!found) return keyed === null ? [] : [missing('The database holds no table of Retool.', 'the source database')];
  const tables = [...new Set(found.lookedAt.map(({ table }) => table))];
  if (!tables.some((table) => table.endsWith(`.${RESOURCES}`))) {
    return [missing(`There is no table "${RESOURCES}" with a column of JSON or text.`, 'the source database')];
  }
  if (found.groups.length === 0) {
    return keyed === false ? [] : [missing('No stored value says which key encrypted it.', tables.join(', '))];
  }
  const keys = new Set(found.groups.map(({ hash }) => hash));
  const unknown = found.groups.filter(
    ({ hash, methodVersion }) => !HASH.test(hash) || !METHODS.includes(methodVersion),
  );
  return [
    ...(unknown.length > 0
      ? [
          strange(
            `${unknown.reduce((sum, { values }) => sum + values, 0)} encrypted values have a shape that Passage does not know.`,
            `method ${[...new Set(unknown.map(({ methodVersion }) => methodVersion ?? 'none'))].join(', ')}`,
            'The copy does not depend on it. Prove on the target, by opening a resource, that its version reads such values.',
          ),
        ]
      : []),
    ...(keys.size > 1
      ? [
          strange(
            `Stored values were encrypted with ${keys.size} different keys.`,
            tables.join(', '),
            rotating
              ? 'Both ENCRYPTION_KEY and ENCRYPTION_KEY_OLD move; end the rotation after the migration.'
              : 'Find the older key: set it as ENCRYPTION_KEY_OLD, or values that bear it stay unreadable on the target, as they are on the source.',
          ),
        ]
      : []),
  ];
}
