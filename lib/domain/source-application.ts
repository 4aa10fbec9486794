import type { SourceFindings } from '../workflow/documents/collected.ts';
import type { Fate, NamedDatabase, Problem, SourceVariable } from '../workflow/documents/findings.ts';
import {
  type ApplicationDatabase,
  databaseOf,
  isMainBackend,
  portOf,
  roleOfImage,
  rolesOf,
  tagOf,
  type Variables,
} from './retool.ts';
import { ruleOf, temporalKind, temporalPlace } from './retool-variables.ts';
import { sourceProblems } from './source-problems.ts';
import { parseValueFrom } from './value-from.ts';

type Service = SourceFindings['services'][number];

/** A container of a service with its variables, as far as their values could be read. Holds secrets. */
export interface ReadContainer {
  /** What is known of its service without its variables. */
  readonly service: Omit<Service, 'serviceType' | 'roles'>;
  /** Values in clear and values that were read. */
  readonly values: Variables;
  /** Variables that come from elsewhere, by name: `valueFrom`. */
  readonly references: Variables;
  /** Of those, the ones that could not be read, and why. */
  readonly unread: ReadonlyMap<string, { readonly what: string; readonly todo: string }>;
  /** Environment files in S3 that it takes more variables from, by ARN; they are not read. */
  readonly environmentFiles: readonly string[];
  /** Paths at which it has volumes; what is in them is not read, and does not move. */
  readonly volumes: readonly string[];
}

/** A variable with its value, which must not leave the function; `undefined` where it could not or need not be read. */
export interface ReadVariable extends Omit<SourceVariable, 'value' | 'fingerprint' | 'collected'> {
  readonly secretValue: string | undefined;
}

/** The application on ECS, put together from its containers. Holds secrets. */
export interface SourceApplication {
  readonly services: readonly Service[];
  readonly companions: SourceFindings['companions'];
  readonly imageTag: string | null;
  /** Variables of the main backend, as far as their values are known. */
  readonly main: Variables;
  /** Those of its variables that come from elsewhere, read or not: `valueFrom`. */
  readonly references: Variables;
  /** Of all its containers, by ARN. */
  readonly environmentFiles: readonly string[];
  readonly database: ApplicationDatabase | null;
  /** Null where no container of the application names a Temporal cluster. */
  readonly temporal: NonNullable<SourceFindings['workflows']>['temporal'];
  readonly variables: readonly ReadVariable[];
  readonly problems: readonly Problem[];
}

/** Values by which something is decided, whatever becomes of them. */
const deciding: readonly string[] = ['SERVICE_TYPE', 'DATABASE_URL', 'PGSSLMODE', ...Object.values(temporalPlace)];

/** A value that is worth reading: it moves, it opens the main database, or it tells the role or where Temporal is. */
export function isNeeded(name: string, all: Variables): boolean {
  if (deciding.includes(name) || /^POSTGRES_(HOST|PORT|DB|USER|PASSWORD|SSL_ENABLED)$/.test(name)) return true;
  const { fate } = ruleOf(name, all);
  return fate !== 'derive' && fate !== 'drop';
}

/**
 * Puts the application together: roles by SERVICE_TYPE, everything else by what the main backend's variables say.
 * @param expected where the login's secret says that the database is, to choose between several main backends
 * @returns null when no container serves users
 */
export function describeSource(
  containers: readonly ReadContainer[],
  answers: Readonly<Record<string, 'carry' | 'drop'>> = {},
  expected: { host?: string | undefined; database?: string | undefined } = {},
): SourceApplication | null {
  const members = containers.filter(({ values }) => values.get('SERVICE_TYPE'));
  const mains = members.filter(({ values }) => isMainBackend(values.get('SERVICE_TYPE')));
  const isExpected = ({ values }: ReadContainer) => {
    const found = databaseOf(values);
    return found !== null && found.host === expected.host && found.database === expected.database;
  };
  const main = mains.find(isExpected) ?? mains.find(({ service }) => service.desiredCount > 0) ?? mains[0];
  if (!main) return null;
  const temporal = temporalOf([main, ...members]);
  const variables = variablesOf(members, main, { answers, temporalHost: temporal?.host });
  return {
    services: servicesOf(members),
    companions: companionsOf(containers, members),
    imageTag: tagOf(main.service.image),
    main: main.values,
    references: main.references,
    environmentFiles: [...new Set(members.flatMap(({ environmentFiles }) => environmentFiles))],
    database: databaseOf(main.values),
    temporal,
    variables,
    problems: sourceProblems({ containers, members, mains, main, variables }),
  };
}

/** One entry a service, although two of its containers may have a role. */
function servicesOf(members: readonly ReadContainer[]): Service[] {
  const services = new Map<string, Service>();
  for (const { service, values } of members) {
    const known = services.get(service.service);
    const types = [...new Set([known?.serviceType, values.get('SERVICE_TYPE')].filter(Boolean))];
    const roles = [...new Set([...(known?.roles ?? []), ...rolesOf(values)])];
    services.set(service.service, { ...(known ?? service), serviceType: types.join(','), roles });
  }
  return [...services.values()];
}

function companionsOf(
  containers: readonly ReadContainer[],
  members: readonly ReadContainer[],
): SourceFindings['companions'] {
  const taken = new Set(members.map(({ service }) => service.service));
  const others = containers.filter(({ service }) => !taken.has(service.service));
  const first = new Map<string, ReadContainer>();
  for (const each of others) {
    const known = first.get(each.service.service);
    if (!known || (!roleOfImage(known.service.image) && roleOfImage(each.service.image))) {
      first.set(each.service.service, each);
    }
  }
  return [...first.values()].map(({ service }) => ({ ...service, role: roleOfImage(service.image) }));
}

/** Every variable of the application once; of different values the main backend's. */
function variablesOf(
  members: readonly ReadContainer[],
  main: ReadContainer,
  { answers, temporalHost }: { answers: Readonly<Record<string, 'carry' | 'drop'>>; temporalHost: string | undefined },
): ReadVariable[] {
  const ordered = [main, ...members.filter((each) => each !== main)];
  const names = [...new Set(ordered.flatMap(({ values, references }) => [...values.keys(), ...references.keys()]))];
  return names.sort().map((name) => {
    const setting = ordered.filter(({ values, references }) => values.has(name) || references.has(name));
    const [first] = setting as [ReadContainer, ...ReadContainer[]];
    const reference = first.references.get(name) ?? null;
    const stated = new Set(setting.map(({ values, references }) => values.get(name) ?? references.get(name)));
    const all = new Map([...(temporalHost ? [[temporalPlace.host, temporalHost] as const] : []), ...first.values]);
    return {
      name,
      services: [...new Set(setting.map(({ service }) => service.service))].sort(),
      ...ruleOf(name, all, answers),
      from: reference === null ? 'environment' : (parseValueFrom(reference)?.store ?? 'secrets-manager'),
      reference,
      agrees: stated.size === 1,
      secretValue: first.values.get(name),
    };
  });
}

/** The same database without its password. */
export const named = ({ host, port, database, user, ssl }: ApplicationDatabase): NamedDatabase => ({
  host,
  port,
  database,
  user,
  ssl,
});

/** Retool Database, as far as variables tell. */
export function retoolDatabaseOf(
  main: Variables,
  database: ApplicationDatabase | null,
): SourceFindings['retoolDatabase'] {
  const [host, name] = [main.get('RETOOLDB_POSTGRES_HOST'), main.get('RETOOLDB_POSTGRES_DB')];
  if (!host || !name) return null;
  return {
    host,
    // Of one that is no port a problem tells.
    port: portOf(main.get('RETOOLDB_POSTGRES_PORT')) ?? 5432,
    database: name,
    user: main.get('RETOOLDB_POSTGRES_USER') ?? '',
    ssl: main.get('RETOOLDB_POSTGRES_SSL_ENABLED') === 'true' ? 'require' : 'disable',
    sameServer: host === database?.host,
  };
}

/** The buckets that variables configure. */
export function blobStoresOf({
  main,
  references,
}: Pick<SourceApplication, 'main' | 'references'>): SourceFindings['blobStores'] {
  const store = (
    purpose: 'applications' | 'agent-evals',
    prefix: string,
    provider: string,
  ): SourceFindings['blobStores'] =>
    main.has(`${prefix}_BUCKET`) || (purpose === 'applications' && main.has('RR_BLOB_STORAGE_PROVIDER'))
      ? [
          {
            purpose,
            provider,
            bucket: main.get(`${prefix}_BUCKET`) ?? null,
            region: main.get(`${prefix}_REGION`) ?? null,
            keys: [main, references].some((variables) => variables.has(`${prefix}_ACCESS_KEY_ID`)),
          },
        ]
      : [];
  return [
    ...store('applications', 'RR_DEFAULT_S3', main.get('RR_BLOB_STORAGE_PROVIDER') ?? 's3'),
    ...store('agent-evals', 'AGENT_EVALS_S3', 's3'),
  ];
}

/** As the first container names it that names one: where workers run apart, only they may. */
function temporalOf(containers: readonly ReadContainer[]): SourceApplication['temporal'] {
  const values = containers.find((container) => container.values.get(temporalPlace.host))?.values;
  const host = values?.get(temporalPlace.host);
  if (!host) return null;
  return {
    host,
    port: values?.get(temporalPlace.port) ?? null,
    namespace: values?.get(temporalPlace.namespace) ?? null,
    kind: temporalKind(host),
  };
}

/** Workflows and agents, by the roles that are deployed and by Temporal's variables. */
export function workflowsOf({ services, temporal }: SourceApplication): SourceFindings['workflows'] {
  const roles = services.flatMap((service) => service.roles);
  return {
    workflows: roles.some((role) => role.startsWith('workflow-')),
    agents: roles.some((role) => role.startsWith('agent-')),
    temporal,
  };
}

/** Which of Passage's secrets holds the variables of a fate; variables that do not move are in none. */
export const secretOfFate: Readonly<Record<Fate, 'carried' | 'held-back' | 'undecided' | null>> = {
  carry: 'carried',
  hold: 'held-back',
  ask: 'undecided',
  derive: null,
  drop: null,
};
