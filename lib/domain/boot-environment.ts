import { ruleOf } from './retool-variables.ts';

/** A variable of a container, as Kubernetes states it. */
export interface EnvironmentVariable {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: object;
}

/** What a rehearsal's boot is told besides what the deployment says. */
export interface BootFacts {
  readonly migration: string;
  readonly run: string;
  /** The scratch database. */
  readonly database: string;
  /** The name that the booted application takes for its own; users never reach it. */
  readonly previewName: string;
  /** A license for rehearsals: a key of a Kubernetes Secret of the application's namespace; null for none. */
  readonly license: { readonly name: string; readonly key: string } | null;
  /** Names of variables that either side is known to set, also by a whole Secret: so that they can be blanked there. */
  readonly names: readonly string[];
}

/** How the environment of the booted container differs from the deployment's. No values. */
export interface VariableChange {
  readonly name: string;
  readonly how: 'set' | 'removed';
  readonly because: string;
}

interface BootEnvironment {
  readonly env: EnvironmentVariable[];
  readonly changes: VariableChange[];
}

/** With it the vendor's containers start and serve without a license: the default of the vendor's own chart and templates. */
const NO_LICENSE = 'EXPIRED-LICENSE-KEY-TRIAL';

/** The parts of SERVICE_TYPE that answer users; whatever else the deployment does is a scheduler or a worker. */
const SERVING = ['MAIN_BACKEND', 'DB_CONNECTOR', 'DB_SSH_CONNECTOR'];

/** Variables that are taken away, by name; `*` at the end stands for any ending. */
const REMOVED: readonly { readonly names: string; readonly because: string }[] = [
  { names: 'DISABLE_DATABASE_MIGRATIONS', because: 'the migrations are what is tried' },
  {
    names:
      'WORKFLOW_BACKEND_HOST WORKFLOW_TEMPORAL_CLUSTER_FRONTEND_HOST WORKFLOW_TEMPORAL_CLUSTER_FRONTEND_PORT ' +
      'WORKFLOW_TEMPORAL_CLUSTER_NAMESPACE WORKFLOW_TEMPORAL_*',
    because: 'no workflow runs in a rehearsal',
  },
  {
    names: 'SMTP_HOST SMTP_PORT SMTP_USER SMTP_USERNAME SMTP_PASSWORD SMTP_* SENDGRID_* MAILGUN_*',
    because: 'no mail is sent',
  },
  {
    names: 'CREATE_FIRST_ORG ADMIN_USER_EMAIL ADMIN_API_ACCESS_TOKEN ADMIN_API_ACCESS_TOKEN_SCOPES',
    because: 'it would make an organization or an administrator',
  },
  { names: 'DOMAINS', because: 'the real names are not its own' },
  {
    names:
      'RETOOLDB_POSTGRES_HOST RETOOLDB_POSTGRES_PORT RETOOLDB_POSTGRES_DB RETOOLDB_POSTGRES_USER ' +
      'RETOOLDB_POSTGRES_PASSWORD RETOOLDB_*',
    because: 'Retool Database is in use and is not copied',
  },
  {
    names:
      'RR_BLOB_STORAGE_PROVIDER RR_DEFAULT_S3_BUCKET RR_DEFAULT_S3_REGION RR_DEFAULT_S3_ACCESS_KEY_ID ' +
      'RR_DEFAULT_S3_SECRET_ACCESS_KEY RR_* AGENT_EVALS_S3_BUCKET AGENT_EVALS_S3_REGION AGENT_EVALS_S3_ENDPOINT ' +
      'AGENT_EVALS_S3_ACCESS_KEY_ID AGENT_EVALS_S3_SECRET_ACCESS_KEY AGENT_EVALS_S3_*',
    because: 'the bucket is in use',
  },
];

/** Single sign-on under its usual names: what comes from a whole Secret can only be blanked by name. */
const SIGN_ON =
  'CLIENT_ID CLIENT_SECRET SSO_CLIENT_ID SSO_CLIENT_SECRET OIDC_CLIENT_ID OIDC_CLIENT_SECRET ' +
  'CUSTOM_OAUTH2_SSO_CLIENT_ID CUSTOM_OAUTH2_SSO_CLIENT_SECRET SAML_IDP_METADATA SAML_ENTITY_ID ' +
  'LDAP_BIND_PASSWORD RESTRICTED_DOMAIN TRIGGER_OAUTH_2_SSO_LOGIN_AUTOMATICALLY DISABLE_USER_PASS_LOGIN';

const words = (names: string): string[] => names.split(' ').filter((name) => !name.endsWith('*'));
const fits = (names: string, name: string): boolean =>
  names.split(' ').some((each) => (each.endsWith('*') ? name.startsWith(each.slice(0, -1)) : each === name));

function removal(name: string): string | null {
  const known = REMOVED.find(({ names }) => fits(names, name));
  if (known) return known.because;
  return ruleOf(name).fate === 'hold' ? 'single sign-on works only under the real name' : null;
}

/**
 * The environment in which one backend of the target boots on the scratch database: everything as the deployment has
 * it, except what would reach beyond that database.
 * @param env the container's variables as the deployment states them
 * @param fromWhole whether it also takes all keys of a Secret or ConfigMap (`envFrom`): there a variable is blanked
 *   instead of left out, because what is stated by name wins; under its usual name, and under each of `names` that fits
 * @returns a refusal, in a sentence, where the database cannot be exchanged
 */
export function bootEnvironment(
  env: readonly EnvironmentVariable[],
  fromWhole: boolean,
  { run, database, previewName, license, names }: BootFacts,
): BootEnvironment | { readonly refusal: string } {
  const given = new Map(env.map((variable) => [variable.name, variable]));
  const changes: VariableChange[] = [];
  const result = new Map(given);
  const set = (name: string, to: Omit<EnvironmentVariable, 'name'>, because: string) => {
    result.set(name, { name, ...to });
    changes.push({ name, how: 'set', because });
  };

  for (const { name } of env) {
    const because = removal(name);
    if (because === null) continue;
    result.delete(name);
    changes.push({ name, how: 'removed', because });
  }
  if (fromWhole) {
    const known = [...REMOVED.flatMap(({ names }) => words(names)), ...words(SIGN_ON)];
    for (const name of known) result.set(name, { name, value: '' });
    for (const name of new Set([...given.keys(), ...names])) {
      const because = removal(name);
      if (because === null) continue;
      result.set(name, { name, value: '' });
      if (!given.has(name)) changes.push({ name, how: 'removed', because });
    }
  }

  const url = given.get('DATABASE_URL');
  if (url?.valueFrom) {
    return {
      refusal:
        'DATABASE_URL comes whole from a Secret or ConfigMap, so the scratch database cannot be put into it: nothing may boot on another one. State POSTGRES_HOST, POSTGRES_DB and the like instead',
    };
  }
  if (url?.value) {
    if (!URL.canParse(url.value)) return { refusal: 'DATABASE_URL is no URL' };
    const rewritten = new URL(url.value);
    rewritten.pathname = `/${encodeURIComponent(database)}`;
    set('DATABASE_URL', { value: rewritten.href }, 'the scratch database');
  } else if (fromWhole) {
    if (!given.has('POSTGRES_HOST')) {
      return {
        refusal:
          'the database is named neither by DATABASE_URL nor by POSTGRES_HOST in the deployment itself: a Secret or ConfigMap that is taken whole must name it, and it cannot be exchanged there. State POSTGRES_HOST and POSTGRES_DB in the deployment',
      };
    }
    result.set('DATABASE_URL', { name: 'DATABASE_URL', value: '' });
  }
  set('POSTGRES_DB', { value: database }, 'the scratch database');

  const types = (given.get('SERVICE_TYPE')?.value ?? '').split(',').map((part) => part.trim());
  const serving = SERVING.filter((part) => part === 'MAIN_BACKEND' || types.includes(part));
  set('SERVICE_TYPE', { value: serving.join(',') }, 'no scheduler and no worker runs');
  for (const name of ['TEMPORAL_TASKQUEUE_WORKFLOW', 'WORKER_TEMPORAL_TASKQUEUE']) {
    set(name, { value: `passage-${run}` }, 'a queue of its own, so that it takes no real run');
  }
  set('DISABLE_GIT_SYNCING', { value: 'true' }, 'nothing is synchronized with a repository');
  set('BASE_DOMAIN', { value: `https://${previewName}` }, 'the preview name');
  if (license) set('LICENSE_KEY', { valueFrom: { secretKeyRef: { ...license } } }, 'the license for rehearsals');
  else set('LICENSE_KEY', { value: NO_LICENSE }, 'the real license counts its instances; none is shown instead');
  return { env: [...result.values()], changes };
}
