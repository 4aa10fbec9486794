/** What a container's environment says, wherever its values come from. */
export type Variables = ReadonlyMap<string, string>;

/** The role of the container that serves users; other roles never migrate the schema or serve the name. */
export const isMainBackend = (serviceType: string | undefined): boolean =>
  partsOf(serviceType).includes('MAIN_BACKEND');

const partsOf = (serviceType = ''): string[] =>
  serviceType
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');

/** What a part of SERVICE_TYPE is called by the role label of the vendor's chart; others keep their name in lower case. */
const roles: Readonly<Record<string, string>> = {
  MAIN_BACKEND: 'main-backend',
  DB_CONNECTOR: 'dbconnector',
  DB_SSH_CONNECTOR: 'db-ssh-connector',
  JOBS_RUNNER: 'jobs-runner',
  WORKFLOW_BACKEND: 'workflow-backend',
  WORKFLOW_TEMPORAL_WORKER: 'workflow-worker',
  AGENT_EVAL_TEMPORAL_WORKER: 'agent-eval-worker',
};

/** The roles of a container, by its SERVICE_TYPE and, of a worker, its task queue. */
export const rolesOf = (environment: Variables): string[] =>
  partsOf(environment.get('SERVICE_TYPE')).map((part) =>
    part === 'WORKFLOW_TEMPORAL_WORKER' && environment.get('WORKER_TEMPORAL_TASKQUEUE') === 'agent'
      ? 'agent-worker'
      : (roles[part] ?? part.toLowerCase().replaceAll('_', '-')),
  );

/** An image's name without tag and digest. */
export const repositoryOf = (image: string): string => image.replace(/@.*$/, '').replace(/:[^/:]*$/, '');

/** The role of a container without SERVICE_TYPE, by its image; null for one that is no part of the application. */
export function roleOfImage(image: string): 'code-executor' | 'temporal' | null {
  const name = repositoryOf(image);
  if (/(^|\/)code-executor(-service)?$/.test(name)) return 'code-executor';
  if (/(^|\/)(temporal|temporalio)(\/|$)/.test(name) || /retool-temporal/.test(image)) return 'temporal';
  return null;
}

/** `tryretool/backend:3.148.5-stable` → `3.148.5-stable`, with or without a digest behind; null where there is no tag. */
export function tagOf(image: string): string | null {
  const tag = /^[^@]*:([^/:@]+)(?:@|$)/.exec(image)?.[1];
  return tag ?? null;
}

export interface ApplicationDatabase {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: string;
  readonly ssl: 'disable' | 'require';
}

/** With these node-postgres, by which the application connects, encrypts and never goes back to clear. */
const encrypting = /^(true|1|prefer|require|no-verify|verify-ca|verify-full)$/;

/** Whether the application encrypts. How it checks the certificate is left out: Passage does not check it. */
function sslOf(environment: Variables, parameters: URLSearchParams | null): ApplicationDatabase['ssl'] {
  // What a URL says of it goes before variables: there `disable` is meant.
  const inUrl = parameters?.get('sslmode') ?? parameters?.get('ssl');
  const stated = inUrl ? [inUrl] : [environment.get('POSTGRES_SSL_ENABLED'), environment.get('PGSSLMODE')];
  return stated.some((value) => encrypting.test(value ?? '')) ? 'require' : 'disable';
}

/** A port as a variable states it; null for what is none, like a placeholder that nothing fills in. */
export function portOf(text: string | undefined): number | null {
  if (text === undefined || text === '') return 5432;
  const port = /^\s*\d+\s*$/.test(text) ? Number(text) : 0;
  return port >= 1 && port <= 65_535 ? port : null;
}

/** A part of a URL; one that nobody encoded may hold a bare percent sign. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** The database of an application by its environment: POSTGRES_*, or DATABASE_URL; null when neither is whole. */
export function databaseOf(environment: Variables): ApplicationDatabase | null {
  const url = environment.get('DATABASE_URL');
  if (url && URL.canParse(url)) {
    const { hostname, port, pathname, username, password, searchParams } = new URL(url);
    return {
      host: hostname,
      port: Number(port || 5432),
      database: decoded(pathname.slice(1)),
      user: decoded(username),
      password: decoded(password),
      ssl: sslOf(environment, searchParams),
    };
  }
  const host = environment.get('POSTGRES_HOST');
  const database = environment.get('POSTGRES_DB');
  const port = portOf(environment.get('POSTGRES_PORT'));
  if (!host || !database || port === null) return null;
  return {
    host,
    port,
    database,
    user: environment.get('POSTGRES_USER') ?? '',
    password: environment.get('POSTGRES_PASSWORD') ?? '',
    ssl: sslOf(environment, null),
  };
}

/** What is wrong with an ENCRYPTION_KEY as such, in words that do not repeat it; null when nothing is. */
export function keyFormatProblem(key: string): string | null {
  if (key.trim() === '') return 'is empty';
  if (key !== key.trim()) return 'begins or ends with blanks or a line break';
  if (key.startsWith('{') && key.endsWith('}')) return 'is a JSON object: the reference to its secret names no key';
  if (/[^\x20-\x7e]/.test(key)) return 'has characters beyond printable ASCII';
  return null;
}

/** How values are encrypted: the key alone does not tell. */
export const encryptionMode = (environment: Variables): string =>
  [
    environment.get('USE_GCM_ENCRYPTION') === 'true' ? 'AES-GCM' : 'AES-CBC',
    environment.get('USE_ENCRYPTION_V2') === 'true' ? 'V2' : 'V1',
  ].join(' ');
