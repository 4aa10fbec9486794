import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

/** What nobody may find in a file or a process list, by what it is. */
export type Secrets = ReadonlyMap<string, string>;

/** Where each kind of secret is allowed to be: the stores whose job it is to hold it. */
const STORES = {
  value: [
    'clusters.json',
    'secretsmanager/',
    // Parameters, some of them of the secure kind.
    'ssm/',
    'kms/',
    // Task definitions hold passwords and keys in clear, as the vendor's templates write them.
    /^ecs\/[^/]+\/state\.json$/,
    // Kubernetes Secrets.
    /^kubernetes\/([^/]+\/)+objects\.json$/,
    'world.lock',
  ],
  // The links are in the mails alone.
  link: ['outbox/'],
  // Step Functions keeps what it was given; a worker gets its token by its environment.
  token: [/^states\/executions\//, /^ecs\/[^/]+\/state\.json$/, /^kubernetes\/([^/]+\/)+objects\.json$/],
} as const;
type Kind = keyof typeof STORES;

/** Every secret of a world: its stored passwords and keys, the links of its mails, the task tokens of its histories. */
export function secretsOf(memory: string): ReadonlyMap<Kind, Secrets> {
  const values = new Map<string, string>();
  const { passwords, encryptionKey } = readJson<{ passwords: Record<string, string>; encryptionKey: string }>(
    join(memory, 'clusters.json'),
  );
  for (const [name, password] of Object.entries(passwords)) values.set(`password of ${name}`, password);
  values.set('ENCRYPTION_KEY', encryptionKey);
  const { secrets } = readJson<{ secrets: { name: string; versions: Record<string, { string: string }> }[] }>(
    join(memory, 'secretsmanager', 'secrets.json'),
  );
  for (const { name, versions } of secrets) {
    for (const { string } of Object.values(versions)) {
      for (const [key, value] of secretsIn(name, string)) values.set(`secret ${name}${key}`, value);
    }
  }
  const { parameters } = readJson<{ parameters: Record<string, { type: string; value: string }> }>(
    join(memory, 'ssm', 'parameters.json'),
  );
  for (const [name, { type, value }] of Object.entries(parameters)) {
    if (type === 'SecureString') values.set(`parameter ${name}`, value);
  }
  const { keys } = readJson<{ keys: { id: string; material: string }[] }>(join(memory, 'kms', 'keys.json'));
  for (const { id, material } of keys) values.set(`KMS key ${id}`, material);

  const links = new Map<string, string>();
  const tokens = new Map<string, string>();
  for (const file of filesUnder(memory)) {
    const text = () => readFileSync(join(memory, file), 'utf8');
    if (file.startsWith('outbox/')) {
      for (const [, key = ''] of text().matchAll(/\/approvals\/[\w-]+\/([\w-]{20,})/g)) links.set(`link ${key}`, key);
    }
    if (file.startsWith('states/executions/')) {
      for (const [, token = ''] of text().matchAll(/[tT]oken\\*":\\*"(?:\\*")?([\w+/=-]{40,})/g)) {
        tokens.set(`task token ${token}`, token);
      }
    }
  }
  return new Map([
    ['value', values],
    ['link', links],
    ['token', tokens],
  ]);
}

/** A login's password; every value of other JSON, as long as it was planted and not collected; any other text as a whole. */
function secretsIn(name: string, text: string): [key: string, value: string][] {
  let members: Record<string, string>;
  try {
    members = JSON.parse(text) as Record<string, string>;
  } catch {
    return [['', text]];
  }
  if (typeof members.password === 'string') return [['', members.password]];
  // What a run keeps is what it found, names and addresses that are no secret among it.
  if (/^passage\/[^/]+\/(collected|rehearsals)\//.test(name)) return [];
  // A switch is none either, in whatever it is kept.
  const isSwitch = (value: string) => value === 'true' || value === 'false';
  return Object.entries(members).flatMap(([key, value]) => (isSwitch(value) ? [] : [[` ${key}`, value]]));
}

/** Files of the folder that hold a secret without being its store: `<file> holds <what>`. */
export function leaksIn(memory: string, secrets: ReadonlyMap<Kind, Secrets>): string[] {
  const leaks: string[] = [];
  for (const file of filesUnder(memory)) {
    const content = readFileSync(join(memory, file));
    for (const [kind, values] of secrets) {
      const isStore = STORES[kind].some((store) =>
        typeof store === 'string' ? file.startsWith(store) : store.test(file),
      );
      if (isStore) continue;
      for (const name of found(content, values)) leaks.push(`${file} holds ${name}`);
    }
  }
  return leaks;
}

/** Which of the secrets stand in a text, as they are or in base64. */
export function found(content: Buffer | string, secrets: Secrets): string[] {
  const hidden = (value: string) => Buffer.from(value).toString('base64');
  return [...secrets]
    .filter(([, value]) => content.includes(value) || content.includes(hidden(value)))
    .map(([name]) => name);
}

const filesUnder = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));

const readJson = <T>(file: string): T => JSON.parse(readFileSync(file, 'utf8')) as T;
