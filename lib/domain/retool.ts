/** What a container's environment says, wherever its values come from. */
export type Variables = ReadonlyMap<string, string>;

/** The role of the container that serves users; other roles never migrate the schema or serve the name. */
export const isMainBackend = (serviceType: string | undefined): boolean =>
  (serviceType ?? '').split(',').includes('MAIN_BACKEND');

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

/** Values of `sslmode` that leave no choice; the certificate is not checked here, whichever it is. */
const encrypting = /^(require|no-verify|verify-ca|verify-full)$/;

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
      ssl: encrypting.test(searchParams.get('sslmode') ?? '') ? 'require' : 'disable',
    };
  }
  const host = environment.get('POSTGRES_HOST');
  const database = environment.get('POSTGRES_DB');
  if (!host || !database) return null;
  return {
    host,
    port: Number(environment.get('POSTGRES_PORT') ?? 5432),
    database,
    user: environment.get('POSTGRES_USER') ?? '',
    password: environment.get('POSTGRES_PASSWORD') ?? '',
    ssl: environment.get('POSTGRES_SSL_ENABLED') === 'true' ? 'require' : 'disable',
  };
}

/** How values are encrypted: the key alone does not tell. */
export const encryptionMode = (environment: Variables): string =>
  [
    environment.get('USE_GCM_ENCRYPTION') === 'true' ? 'AES-GCM' : 'AES-CBC',
    environment.get('USE_ENCRYPTION_V2') === 'true' ? 'V2' : 'V1',
  ].join(' ');
