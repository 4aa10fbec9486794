import type { Fate } from '../workflow/documents/findings.ts';
import type { Variables } from './retool.ts';

/** What becomes of a variable, and why. */
interface Rule {
  readonly fate: Fate;
  /** Whether the value may be a secret, and so never leaves Secrets Manager. */
  readonly secret: boolean;
  readonly because: string;
}

/** Names with one fate. `*` at the end stands for any ending; the first line that fits decides. */
interface Line extends Rule {
  readonly names: string;
}

const line = (fate: Fate, because: string, names: string, secret = false): Line => ({ fate, because, names, secret });
const SECRET = true;

/**
 * The variables of Retool's self-hosted images, as its documentation, its Helm chart and its templates for ECS name
 * them. Values are shown only of lines that are not secret: whatever is not known here counts as a secret.
 */
const lines: readonly Line[] = [
  line('carry', 'opens what is encrypted in the database', 'ENCRYPTION_KEY ENCRYPTION_KEY_OLD', SECRET),
  line('carry', 'is how values in the database are encrypted', 'USE_GCM_ENCRYPTION USE_ENCRYPTION_V2'),
  line('carry', 'keeps users signed in', 'JWT_SECRET', SECRET),
  line('carry', 'is the licence', 'LICENSE_KEY', SECRET),
  line('carry', 'is the name that users type', 'BASE_DOMAIN DOMAINS'),
  line('carry', 'decides how cookies are sent', 'COOKIE_INSECURE'),
  line('carry', 'is a token that other systems present', 'SCIM_AUTH_TOKEN USAGE_API_TOKEN CUSTOM_API_KEY', SECRET),
  line('carry', 'is read by apps and resources', 'RETOOL_EXPOSED_*', SECRET),
  line('carry', 'is the way into Retool Database', 'RETOOLDB_POSTGRES_PASSWORD', SECRET),
  line(
    'carry',
    'is where Retool Database is',
    'RETOOLDB_POSTGRES_HOST RETOOLDB_POSTGRES_PORT RETOOLDB_POSTGRES_DB RETOOLDB_POSTGRES_USER RETOOLDB_POSTGRES_SSL_ENABLED',
  ),
  line('carry', 'belongs to Retool Database', 'RETOOLDB_*', SECRET),
  line('carry', 'opens a bucket', 'AGENT_EVALS_S3_ACCESS_KEY_ID AGENT_EVALS_S3_SECRET_ACCESS_KEY', SECRET),
  line('carry', 'opens a bucket', 'RR_DEFAULT_S3_ACCESS_KEY_ID RR_DEFAULT_S3_SECRET_ACCESS_KEY', SECRET),
  line('carry', 'is a bucket', 'AGENT_EVALS_S3_BUCKET AGENT_EVALS_S3_REGION AGENT_EVALS_S3_ENDPOINT'),
  line('carry', 'is a bucket', 'RR_BLOB_STORAGE_PROVIDER RR_DEFAULT_S3_BUCKET RR_DEFAULT_S3_REGION'),
  line('carry', 'is a limit', 'DBCONNECTOR_QUERY_TIMEOUT_MS DATABASE_MIGRATIONS_TIMEOUT_SECONDS API_CALLS_PER_MIN'),
  line('carry', 'is a limit', 'DISABLE_RATE_LIMIT'),
  line('carry', 'is how apps are kept under version control', 'VERSION_CONTROL_LOCKED DISABLE_GIT_SYNCING'),
  line('carry', 'is what users see', 'HIDE_PROD_AND_STAGING_TOGGLES'),

  line(
    'hold',
    'belongs to single sign-on, which works only under the real name',
    'CLIENT_SECRET CUSTOM_OAUTH2_SSO_CLIENT_SECRET OIDC_CLIENT_SECRET LDAP_SERVER_CERTIFICATE LDAP_SERVER_KEY ' +
      'LDAP_BIND_PASSWORD LDAP_ROOT_CA_CERT SAML_IDP_METADATA SSO_CLIENT_SECRET',
    SECRET,
  ),
  line(
    'hold',
    'belongs to single sign-on, which works only under the real name',
    'CLIENT_ID SSO_CLIENT_ID OIDC_CLIENT_ID CUSTOM_OAUTH2_SSO_CLIENT_ID CUSTOM_OAUTH2_SSO_SCOPES ' +
      'CUSTOM_OAUTH2_SSO_AUTH_URL CUSTOM_OAUTH2_SSO_TOKEN_URL CUSTOM_OAUTH2_SSO_USERINFO_URL ' +
      'CUSTOM_OAUTH2_SSO_AUDIENCE CUSTOM_OAUTH2_SSO_JWT_EMAIL_KEY CUSTOM_OAUTH2_SSO_JWT_FIRST_NAME_KEY ' +
      'CUSTOM_OAUTH2_SSO_JWT_LAST_NAME_KEY CUSTOM_OAUTH2_SSO_JWT_ROLES_KEY CUSTOM_OAUTH2_SSO_ROLE_MAPPING ' +
      'SAML_ENTITY_ID SAML_SYNC_GROUP_CLAIMS SAML_GROUPS_ATTRIBUTE RESTRICTED_DOMAIN ' +
      'TRIGGER_OAUTH_2_SSO_LOGIN_AUTOMATICALLY',
  ),
  line('hold', 'belongs to single sign-on', 'SSO_* OIDC_* SAML_* LDAP_* CUSTOM_OAUTH2_SSO_*', SECRET),
  line('hold', 'would lock out the local administrator who checks the target', 'DISABLE_USER_PASS_LOGIN'),

  line('derive', 'is the way into the main database, which moves', 'POSTGRES_PASSWORD DATABASE_URL', SECRET),
  line('derive', 'is where the main database is, which moves', 'POSTGRES_HOST POSTGRES_PORT POSTGRES_DB POSTGRES_USER'),
  line(
    'derive',
    'is how the main database is reached',
    'POSTGRES_SSL_ENABLED POSTGRES_SSL_REJECT_UNAUTHORIZED PGSSLMODE',
  ),
  line('derive', 'is how the main database is reached', 'POSTGRES_SSL_* PGSSL*', SECRET),
  line('derive', 'is a name within the network', 'WORKFLOW_BACKEND_HOST CODE_EXECUTOR_INGRESS_DOMAIN'),
  line(
    'derive',
    'must not be shared: two sides on one queue take each other’s runs',
    'TEMPORAL_TASKQUEUE_WORKFLOW WORKER_TEMPORAL_TASKQUEUE',
  ),
  line('derive', 'follows from the memory of the container', 'NODE_OPTIONS'),

  line('drop', 'is set by the chart', 'SERVICE_TYPE COMPONENT NODE_ENV PORT DISABLE_DATABASE_MIGRATIONS'),
  line('drop', 'is set by the chart', 'DEPLOYMENT_TEMPLATE_TYPE DEPLOYMENT_TEMPLATE_VERSION FORCE_DEPLOYMENT'),
  line('drop', 'is for the first start only', 'ADMIN_API_ACCESS_TOKEN', SECRET),
  line('drop', 'is for the first start only', 'CREATE_FIRST_ORG ADMIN_USER_EMAIL ADMIN_API_ACCESS_TOKEN_SCOPES'),
];

const TEMPORAL = 'WORKFLOW_TEMPORAL_*';
const unknown: Rule = { fate: 'ask', secret: true, because: 'is not known to Passage' };

const fits = ({ names }: Pick<Line, 'names'>, name: string): boolean =>
  names.split(' ').some((each) => (each.endsWith('*') ? name.startsWith(each.slice(0, -1)) : name === each));

/**
 * What becomes of a variable.
 * @param answers what people said of variables that are not known here, by name
 * @param all the other variables of the same container: Temporal's depend on where its cluster is
 */
export function ruleOf(
  name: string,
  all: Variables = new Map(),
  answers: Readonly<Record<string, 'carry' | 'drop'>> = {},
): Rule {
  if (fits({ names: TEMPORAL }, name)) return ofTemporal(name, all);
  const known = lines.find((each) => fits(each, name));
  if (known) return { fate: known.fate, secret: known.secret, because: known.because };
  const answer = Object.hasOwn(answers, name) ? answers[name] : undefined;
  return answer ? { fate: answer, secret: true, because: 'the configuration says so' } : unknown;
}

/** Where a Temporal cluster is: in the source's own network, at Temporal Cloud, or elsewhere. */
export function temporalKind(host: string): 'own' | 'cloud' | 'other' {
  if (/\.(tmprl\.cloud|temporal\.io)$/i.test(host)) return 'cloud';
  // CloudMap's `temporal.retoolsvc`, a bare name, or a name of a private zone.
  if (!host.includes('.') || /\.([a-z0-9-]*svc|local|internal)$/i.test(host)) return 'own';
  return 'other';
}

/** The variables that say where the Temporal cluster is. */
export const temporalPlace = {
  host: 'WORKFLOW_TEMPORAL_CLUSTER_FRONTEND_HOST',
  port: 'WORKFLOW_TEMPORAL_CLUSTER_FRONTEND_PORT',
  namespace: 'WORKFLOW_TEMPORAL_CLUSTER_NAMESPACE',
} as const;
const places: readonly string[] = Object.values(temporalPlace);

/** Where the cluster is and what is switched on may be told; whatever else a name of Temporal's holds counts as a secret. */
function ofTemporal(name: string, all: Variables): Rule {
  const host = all.get(temporalPlace.host) ?? '';
  const secret = !places.includes(name) && !name.endsWith('_ENABLED');
  if (host === '' || temporalKind(host) === 'own') {
    return { fate: 'derive', secret, because: 'names a Temporal cluster within the source’s network' };
  }
  return { fate: 'carry', secret, because: 'names a Temporal cluster that stays where it is' };
}
