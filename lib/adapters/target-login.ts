import type { LoginSecret } from '../domain/address.ts';
import { databaseOf } from '../domain/retool.ts';
import type { TargetLogin } from '../workflow/documents/sessions.ts';
import { WorkflowError } from '../workflow/errors.ts';
import type { Application } from './kubernetes/application.ts';
import type { Deployment } from './kubernetes/deployments.ts';

/** The application's login on the target. Holds its password: it never leaves the function that reads it. */
interface ApplicationLogin {
  readonly found: TargetLogin;
  /** Null where Passage may not read it. */
  readonly password: string | null;
}

/** By which the vendor's image is told its database. */
const VARIABLES = [
  'DATABASE_URL',
  'POSTGRES_HOST',
  'POSTGRES_PORT',
  'POSTGRES_DB',
  'POSTGRES_USER',
  'POSTGRES_PASSWORD',
];

/**
 * The login with which the pods of a deployment sign in to their database: by variables in clear, and by Secrets as far
 * as RBAC lets Passage read them.
 * @param own Passage's own login, by which a write can be tried where the application uses the same and its password is not told; null where it cannot be read
 * @throws ServiceUnavailable when Kubernetes does not answer
 */
export async function applicationLogin(
  application: Pick<Application, 'secret'>,
  { name, environment }: Pick<Deployment, 'name' | 'environment'>,
  own: Pick<LoginSecret, 'username' | 'password'> | null,
): Promise<ApplicationLogin> {
  const values = new Map<string, string>();
  const told = new Map<string, string>();
  const closed: string[] = [];
  for (const variable of VARIABLES) {
    const { value, secret } = environment.get(variable) ?? {};
    const read = value ?? (secret && (await readable(application, secret)));
    if (read) {
      values.set(variable, read);
      told.set(variable, secret ? `Secret ${secret.name}/${secret.key}` : `variable ${variable}`);
    } else if (secret) closed.push(`Secret ${secret.name}/${secret.key} (${variable})`);
  }
  const database = databaseOf(values);
  const user = (database ? database.user : values.get('POSTGRES_USER')) || null;
  const password = database ? database.password : values.get('POSTGRES_PASSWORD');
  const through = told.get(values.has('DATABASE_URL') && database ? 'DATABASE_URL' : 'POSTGRES_PASSWORD') ?? null;
  if (user && password) return { found: { user, through, unknown: null }, password };
  const because =
    closed.length > 0
      ? `Passage may not read ${closed.join(' and ')}`
      : 'nothing that Passage may read sets POSTGRES_USER and POSTGRES_PASSWORD, or DATABASE_URL';
  const unknown = `Deployment "${name}" takes it from elsewhere: ${because}.`;
  // Rights and settings can be tried with it; the password that pods have may be an old one.
  if (own && user === own.username) {
    return { found: { user, through: "Passage's own password", unknown }, password: own.password };
  }
  return { found: { user, through: null, unknown }, password: null };
}

/** Null for what is not there, or may not be read. */
async function readable(
  application: Pick<Application, 'secret'>,
  { name, key }: { readonly name: string; readonly key: string },
): Promise<string | null> {
  try {
    return await application.secret(name, key);
  } catch (error) {
    if (error instanceof WorkflowError && error.name === 'TargetNotFound') return null;
    throw error;
  }
}
