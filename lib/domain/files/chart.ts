import type { Collected } from './file.ts';
import { ownSecrets, placeOf, variableOf } from './places.ts';
import { parts, replicasOf, resources, sourceSize, told } from './sizing.ts';
import { type Entry, entry, open, Tree } from './tree.ts';

/** The version whose values these are; another one may call them otherwise. */
export const CHART = {
  name: 'retool/retool',
  version: '6.11.21',
  repository: { name: 'retool', url: 'https://charts.retool.com' },
} as const;

/** The image that the chart takes where nothing is said. */
const IMAGE = 'tryretool/backend';
/** The Kubernetes secret with what `extra-env-vars.json` lists. */
export const EXTRA_VARIABLES = 'extra-env-vars';
/** The Kubernetes secret with the password of the application's database login, and its key there. */
export const DATABASE_PASSWORD = { secret: 'db-credentials', key: 'password' } as const;

/** Where the target's application is, or is to be. */
export const namespaceOf = ({ configuration, target }: Pick<Collected, 'configuration' | 'target'>): string =>
  configuration.target.application?.namespace ?? target?.namespace ?? 'retool';

const main = (collected: Collected) => sourceSize(collected.source, parts.mainBackend.role);

/** `tryretool/backend`, without tag and digest. */
const repositoryOf = (image: string): string => image.replace(/@.*$/, '').replace(/:[^/:]*$/, '');

function image({ source }: Collected): Entry {
  const running = source.services.find(({ roles }) => roles.includes(parts.mainBackend.role));
  const repository = running && repositoryOf(running.image);
  return entry(
    'image',
    new Tree(
      repository !== undefined && repository !== IMAGE
        ? entry('repository', repository, 'As at the source; the cluster must be able to pull from there.')
        : null,
      source.imageTag === null
        ? open('tag', '3.148.5-stable', "The source's image has no tag, only a digest: name the version that it is.")
        : entry('tag', source.imageTag),
    ),
    'Exactly the version of the source: its schema migrations know one direction only. Upgrade after the migration.',
  );
}

/** What the chart must know that the blueprints say by themselves: secrets, the database, the name. */
function wiring(collected: Collected): Entry[] {
  const { target, configuration } = collected;
  const secrets = Object.entries({
    encryptionKey: 'ENCRYPTION_KEY',
    jwtSecret: 'JWT_SECRET',
    licenseKey: 'LICENSE_KEY',
  });
  const database = target?.applicationDatabase ?? null;
  const host = target?.database?.host;
  const baseDomain = variableOf(collected, 'BASE_DOMAIN')?.value ?? `https://${configuration.dns?.record ?? ''}`;
  return [
    entry(
      'config',
      new Tree(
        ...secrets.flatMap(([key, variable]) => {
          if (placeOf(collected, variable) === null) return [];
          const name = ownSecrets[variable] ?? '';
          return [entry(`${key}SecretName`, name), entry(`${key}SecretKey`, name)];
        }),
        entry(
          'useInsecureCookies',
          variableOf(collected, 'COOKIE_INSECURE')?.value === 'true' && baseDomain.startsWith('http://'),
          'COOKIE_INSECURE, as at the source, but false where users come by HTTPS.',
        ),
        entry('auth', auth),
        entry(
          'postgresql',
          new Tree(
            host === undefined ? open('host', 'the address of the target database') : entry('host', host),
            entry('port', target?.database?.port ?? 5432),
            target?.database ? entry('db', target.database.database) : open('db', 'retool'),
            database?.user
              ? entry('user', database.user)
              : open('user', 'retool', "The application's own login, not Passage's."),
            entry('ssl_enabled', (target?.database?.ssl ?? 'require') === 'require'),
            entry('passwordSecretName', DATABASE_PASSWORD.secret),
            entry('passwordSecretKey', DATABASE_PASSWORD.key),
          ),
          'The database of the target, which Passage fills.',
        ),
      ),
    ),
    entry('postgresql', new Tree(entry('enabled', false)), 'No database in the cluster.'),
    entry(
      'externalSecrets',
      new Tree(entry('enabled', true), entry('includeConfigSecrets', true), entry('name', EXTRA_VARIABLES)),
      `Every key of the Kubernetes secret "${EXTRA_VARIABLES}" becomes a variable. includeConfigSecrets: without it the`,
      'chart ignores the secrets that are named under config.',
    ),
    entry(
      'env',
      new Tree(
        baseDomain === 'https://'
          ? open('BASE_DOMAIN', 'https://retool.example.com')
          : entry('BASE_DOMAIN', baseDomain),
        entry(
          'IGNORE_CODE_EXECUTOR_STARTUP_CHECK',
          'true',
          'The chart deploys the code executor with workflows only; without this the backend waits for it.',
        ),
      ),
    ),
  ];
}

const auth = new Tree(
  entry(
    'google',
    new Tree(entry('enabled', false)),
    'Single sign-on is held back until an administrator has looked at the target while “switch” is being decided; then,',
    'before it is approved, create-secrets.mjs --write --held sets it.',
  ),
);

/** What is said beside the blueprints as well: sizes, the gate, what is held back. */
export function chartExtras(collected: Collected): Tree {
  return new Tree(...sizes(collected), entry('config', new Tree(entry('auth', auth))), gate(collected));
}

function sizes(collected: Collected): Entry[] {
  const { source } = collected;
  const size = (part: keyof typeof parts) => sourceSize(source, parts[part].role);
  const sized = (part: keyof typeof parts): Entry =>
    entry('resources', resources(parts[part], size(part)), told(size(part)));
  const counted = (part: keyof typeof parts): Entry => entry('replicaCount', replicasOf(size(part)));
  const ownJobsRunner = source.services.some(
    ({ roles }) => roles.includes(parts.jobsRunner.role) && !roles.includes(parts.mainBackend.role),
  );
  return [
    entry(
      'replicaCount',
      replicasOf(main(collected)),
      'Main backends. They and the jobs runner may migrate the schema when they start; Passage starts the target when every',
      'row is proved, and with equal versions there is nothing to migrate.',
    ),
    sized('mainBackend'),
    entry(
      'jobRunner',
      new Tree(entry('enabled', ownJobsRunner), sized('jobsRunner')),
      'Always one pod. With more than one main backend the chart makes it in any case.',
    ),
    entry(
      'workflows',
      new Tree(
        entry('enabled', false),
        entry('backend', new Tree(counted('workflowBackend'), sized('workflowBackend'))),
        entry('worker', new Tree(counted('workflowWorker'))),
        sized('workflowWorker'),
      ),
      'Off until the source is stopped for good: two sides on one Temporal cluster take each other’s runs, and schedules',
      'fire twice. `resources` at the end are those of the worker.',
    ),
    entry('codeExecutor', new Tree(counted('codeExecutor'), sized('codeExecutor')), 'Comes with workflows.'),
    entry(
      'agents',
      new Tree(
        entry('enabled', false),
        ...(size('agentWorker') ? [entry('worker', new Tree(counted('agentWorker'), sized('agentWorker')))] : []),
        ...(size('agentEvalWorker')
          ? [entry('evalWorker', new Tree(counted('agentEvalWorker'), sized('agentEvalWorker')))]
          : []),
      ),
      'Off as well: agents switch workflows on.',
    ),
    ...temporal(collected),
  ];
}

/** A cluster that stays where it is is named to the chart once workflows go on. */
function temporal({ source }: Collected): Entry[] {
  const cluster = source.workflows?.temporal;
  if (!cluster || cluster.kind === 'own') return [];
  return [
    open(
      'temporal',
      new Tree(
        entry('enabled', true),
        entry('host', cluster.host),
        entry('port', Number(cluster.port ?? 7233)),
        entry('namespace', cluster.namespace ?? 'default'),
        entry('sslEnabled', cluster.kind === 'cloud'),
      ),
      'For when workflows go on: the Temporal cluster of the source, which stays where it is.',
    ),
  ];
}

/** The Ingress that Passage closes and opens. */
function gate({ configuration, target, dns }: Collected): Entry | null {
  const { record } = configuration.dns ?? {};
  if (record === undefined) return null;
  const found = target?.ingress?.annotations ?? {};
  const annotation = (name: string, value: string) => entry(`alb.ingress.kubernetes.io/${name}`, found[name] ?? value);
  const certificate = found['certificate-arn'] ?? certificateFor(record, dns);
  const scheme = dns?.loadBalancers.source?.scheme ?? 'internet-facing';
  return entry(
    'ingress',
    new Tree(
      entry('enabled', true),
      entry('ingressClassName', target?.ingress?.class ?? 'alb'),
      entry('pathType', 'Prefix'),
      entry('hosts', [new Tree(entry('host', record), entry('paths', [new Tree(entry('path', '/'))]))]),
      entry(
        'annotations',
        new Tree(
          annotation('scheme', scheme),
          annotation('target-type', 'ip'),
          annotation('listen-ports', '[{"HTTPS":443}]'),
          annotation('healthcheck-path', '/api/checkHealth'),
          certificate === null
            ? open(
                'alb.ingress.kubernetes.io/certificate-arn',
                'arn:aws:acm:…',
                `Of a certificate for ${record} in the cluster's region.`,
              )
            : entry('alb.ingress.kubernetes.io/certificate-arn', certificate),
        ),
      ),
    ),
    'The gate: Passage closes and opens this Ingress. The address of its load balancer is what dns.target of the migration',
    'names; a load balancer that goes around it has no gate.',
  );
}

/** A certificate for a name among those that the source's load balancer serves; null where none is known. */
export function certificateFor(record: string, dns: Collected['dns']): string | null {
  const { source, target } = dns?.loadBalancers ?? { source: null, target: null };
  const wildcard = `*.${record.slice(record.indexOf('.') + 1)}`;
  const all = [target, source].flatMap(
    (balancer) => balancer?.listeners.flatMap(({ certificates }) => certificates) ?? [],
  );
  return (
    all.find(({ status, names }) => status === 'ISSUED' && names.some((name) => name === record || name === wildcard))
      ?.arn ?? null
  );
}

/** Everything that the chart is told, where no blueprint does it. */
export function chartValues(collected: Collected): { tree: Tree; namespace: string; release: string } {
  const ingress = collected.configuration.target.application?.ingress ?? 'retool';
  return {
    namespace: namespaceOf(collected),
    release: 'retool',
    tree: new Tree(
      ingress === 'retool'
        ? null
        : entry(
            'fullnameOverride',
            ingress,
            'The Ingress bears this name; target.application.ingress of the migration says it.',
          ),
      image(collected),
      ...wiring(collected),
      ...sizes(collected),
      gate(collected),
    ),
  };
}

/** `main-backend 2 × 2048m`, of the parts that the source has. */
export const sizedParts = ({ source }: Collected): string[] =>
  Object.values(parts).flatMap((part) => {
    const size = sourceSize(source, part.role);
    return size ? [`${replicasOf(size)} ${part.role}`] : [];
  });
