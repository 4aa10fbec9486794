import type { SourceFindings } from '../workflow/documents/collected.ts';
import type { Address } from '../workflow/documents/findings.ts';
import { encryptionMode } from './retool.ts';
import {
  blobStoresOf,
  named,
  type ReadVariable,
  retoolDatabaseOf,
  type SourceApplication,
  secretOfFate,
  workflowsOf,
} from './source-application.ts';

/** A secret of what was collected, by its last name. */
export type Kept = 'application-login' | 'encryption-key' | 'carried' | 'held-back' | 'undecided';

/** The findings of a migration whose configuration names no application: a database alone. */
export const withoutApplication = (database: Address | null): SourceFindings => ({
  services: [],
  companions: [],
  imageTag: null,
  database,
  applicationDatabase: null,
  applicationLogin: null,
  encryptionKey: null,
  encryptionMode: null,
  encryption: null,
  environmentFiles: [],
  variables: [],
  retoolDatabase: null,
  blobStores: [],
  workflows: null,
  problems: [],
});

const KEY = 'ENCRYPTION_KEY';

/** Which secret holds a variable's value, if any does. */
const keptIn = ({ name, fate }: ReadVariable): Kept | null => (name === KEY ? 'encryption-key' : secretOfFate[fate]);

/** The texts of the secrets to be kept; whatever moves is in one of them, and nothing that is empty is written. */
export function wordsToKeep({ main, database, variables }: SourceApplication): Map<Kept, string> {
  const words = new Map<Kept, string>();
  if (database) {
    words.set('application-login', JSON.stringify({ username: database.user, password: database.password }));
  }
  const key = main.get(KEY);
  if (key) words.set('encryption-key', key);
  for (const kept of ['carried', 'held-back', 'undecided'] as const) {
    const values = variables.flatMap((variable) =>
      keptIn(variable) === kept && variable.secretValue !== undefined ? [[variable.name, variable.secretValue]] : [],
    );
    if (values.length > 0) words.set(kept, JSON.stringify(Object.fromEntries(values)));
  }
  return words;
}

/**
 * What may be told of the application: names, ARNs and fingerprints.
 * @param kept ARNs of the secrets that were written
 * @param print the keyed fingerprint of a secret
 */
export function sourceFindings(
  found: SourceApplication,
  {
    database,
    kept,
    print,
  }: { database: Address | null; kept: ReadonlyMap<Kept, string>; print: (secret: string) => string },
): SourceFindings {
  const { main } = found;
  const printed = (name: string, secretArn: string | undefined) => {
    const value = main.get(name);
    return value ? { secretArn: secretArn ?? null, fingerprint: print(value) } : null;
  };
  const loginArn = kept.get('application-login');
  const [gcm, v2] = [flag(found, 'USE_GCM_ENCRYPTION'), flag(found, 'USE_ENCRYPTION_V2')];
  return {
    services: [...found.services],
    companions: [...found.companions],
    imageTag: found.imageTag,
    database,
    applicationDatabase: found.database && named(found.database),
    applicationLogin: found.database && loginArn ? { user: found.database.user, secretArn: loginArn } : null,
    encryptionKey: printed(KEY, kept.get('encryption-key')),
    encryptionMode: gcm === null || v2 === null ? null : encryptionMode(main),
    encryption: { gcm, v2, previousKey: printed('ENCRYPTION_KEY_OLD', kept.get('carried')) },
    environmentFiles: [...found.environmentFiles],
    variables: found.variables.map((variable) => told(variable, kept, print)),
    retoolDatabase: retoolDatabaseOf(main, found.database),
    blobStores: blobStoresOf(found),
    workflows: workflowsOf(found),
    problems: [...found.problems],
  };
}

/** A variable of the main backend that is `true`; null where it is, or may be, set to something that could not be read. */
function flag({ main, references, environmentFiles }: SourceApplication, name: string): boolean | null {
  const value = main.get(name);
  if (value !== undefined) return value === 'true';
  return references.has(name) || environmentFiles.length > 0 ? null : false;
}

function told(
  variable: ReadVariable,
  kept: ReadonlyMap<Kept, string>,
  print: (secret: string) => string,
): SourceFindings['variables'][number] {
  const { secretValue, ...rest } = variable;
  const at = keptIn(variable);
  const secretArn = at === null || secretValue === undefined ? undefined : kept.get(at);
  return {
    ...rest,
    value: variable.secret ? null : (secretValue ?? null),
    fingerprint: variable.secret && secretValue !== undefined ? print(secretValue) : null,
    collected: secretArn ? { secretArn, key: at === 'encryption-key' ? null : variable.name } : null,
  };
}
