import type { Sizing } from '../../workflow/documents/capacity.ts';
import type { SourceFindings, TargetFindings } from '../../workflow/documents/collected.ts';
import type { Change } from '../../workflow/documents/measurement.ts';
import { comeAndGone, compare, match } from './change.ts';

const release = {
  about: 'version',
  stops: true,
  because: 'another release has other migrations and another start than the one that was rehearsed',
} as const;
const elsewhere = { about: 'configuration', stops: true, because: 'another database was rehearsed' } as const;
const key = {
  about: 'encryption',
  matters: true,
  because: 'both sides need the key that encrypted what is stored',
} as const;
const sized = { about: 'services', matters: true, because: 'it starts and works at another speed' } as const;
const migrating = {
  about: 'services',
  matters: true,
  because: 'at its start it migrates the schema, or leaves it as it was copied, unlike what was rehearsed',
} as const;
const restedOn = {
  about: 'services',
  matters: true,
  because: 'the chart rests on it: secrets, restarts, load balancer or rights of the target',
} as const;
const moved = { about: 'variables', matters: true, because: 'the target is to have it, too' } as const;

/** `1 vCPU, 2048 MiB`; what is not stated is left out. */
const sizing = ({ cpuMillis, memoryMiB }: Sizing): string =>
  [cpuMillis === null ? '' : `${cpuMillis / 1000} vCPU`, memoryMiB === null ? '' : `${memoryMiB} MiB`]
    .filter(Boolean)
    .join(', ');

const where = ({ host, database }: { host: string; database: string }): string => `${database} on ${host}`;

/** Which database the application itself opens, and as whom; not told where its variables do not say so in clear. */
function applicationDatabase(
  side: string,
  { applicationDatabase: was }: Pick<SourceFindings, 'applicationDatabase'>,
  { applicationDatabase: is }: Pick<SourceFindings, 'applicationDatabase'>,
): Change[] {
  const named = ({ user, host, port, database, ssl }: NonNullable<typeof was>) =>
    `${database} on ${host}:${port} as ${user}, SSL ${ssl}`;
  return was && is
    ? compare(`database that the application of the ${side} opens`, named(was), named(is), {
        about: 'configuration',
        matters: true,
        because: 'the freeze locks this login out of this database, or the target starts on it',
      })
    : [];
}

/** How values are encrypted: the flags that both looks could read, and the key before the last rotation. */
function encryptionChanges(
  side: string,
  was: SourceFindings['encryption'],
  is: SourceFindings['encryption'],
): Change[] {
  if (!was || !is) return [];
  const flags = { gcm: 'USE_GCM_ENCRYPTION', v2: 'USE_ENCRYPTION_V2' } as const;
  return [
    ...(['gcm', 'v2'] as const).flatMap((flag) =>
      was[flag] === null || is[flag] === null
        ? []
        : compare(`${flags[flag]} of the ${side}`, was[flag], is[flag], {
            about: 'encryption',
            matters: true,
            because: 'a value is read only in the mode in which it was written',
          }),
    ),
    ...compare(
      `previous encryption key of the ${side}`,
      was.previousKey?.fingerprint,
      is.previousKey?.fingerprint,
      key,
    ),
  ];
}

/** How the application changed on ECS. */
export function sourceChanges(was: SourceFindings, is: SourceFindings): Change[] {
  const services = match(was.services, is.services, ({ service }) => service);
  return [
    ...compare('image tag of the source', was.imageTag, is.imageTag, release),
    ...(was.database && is.database
      ? compare('database of the source', where(was.database), where(is.database), elsewhere)
      : []),
    ...compare('encryption key of the source', was.encryptionKey?.fingerprint, is.encryptionKey?.fingerprint, key),
    ...applicationDatabase('source', was, is),
    ...encryptionChanges('source', was.encryption, is.encryption),
    ...comeAndGone(
      services,
      'service',
      ({ service }) => service,
      () => ({
        about: 'services',
        matters: true,
        because: 'the freeze stops exactly the services that were found',
      }),
    ),
    ...services.both.flatMap(({ name, was: before, is: after }) => [
      ...compare(`service ${name}: image`, before.image, after.image, {
        about: 'version',
        matters: true,
        because: 'it runs other code than at the rehearsal',
      }),
      ...compare(`service ${name}: size`, sizing(before.size), sizing(after.size), sized),
      ...compare(`service ${name}: tasks`, before.desiredCount, after.desiredCount, {
        about: 'services',
        matters: false,
        because: 'the count is saved anew before a freeze',
      }),
      ...(before.autoscaling && after.autoscaling
        ? compare(`service ${name}: autoscaling`, scaling(before.autoscaling), scaling(after.autoscaling), {
            about: 'services',
            matters: false,
            because: 'schedules move its bounds; whether it is in the way is checked anew',
          })
        : []),
      ...compare(`service ${name}: task definition`, before.taskDefinition, after.taskDefinition, {
        about: 'services',
        matters: false,
        because: 'what it changes is told by itself',
      }),
    ]),
    ...sourceVariables(was, is),
  ];
}

const scaling = (autoscaling: NonNullable<SourceFindings['services'][number]['autoscaling']>): string =>
  autoscaling === 'none' ? 'none' : `${autoscaling.min} to ${autoscaling.max}`;

/** What may be said of a value: itself where it is known to be no secret, else that it is another one, if both were read. */
function values(
  was: { value: string | null; fingerprint: string | null },
  is: typeof was,
): [string | null, string | null] {
  if (was.value !== null || is.value !== null) return [was.value ?? 'a secret', is.value ?? 'a secret'];
  const another = was.fingerprint !== null && is.fingerprint !== null && was.fingerprint !== is.fingerprint;
  return another ? ['a secret', 'another secret'] : [null, null];
}

function sourceVariables(was: SourceFindings, is: SourceFindings): Change[] {
  const variables = match(was.variables, is.variables, ({ name }) => name);
  const meaning = (fate: string) =>
    fate === 'drop' ? { ...moved, matters: false, because: 'it does not move' } : moved;
  return [
    ...comeAndGone(
      variables,
      'variable',
      ({ name }) => name,
      ({ fate }) => meaning(fate),
    ),
    ...variables.both.flatMap(({ name, was: before, is: after }) => [
      ...compare(`variable ${name}`, ...values(before, after), meaning(after.fate)),
      ...compare(`variable ${name}: what becomes of it`, before.fate, after.fate, {
        about: 'variables',
        matters: true,
        because: 'it was decided anew whether the target has it',
      }),
    ]),
  ];
}

/** How the application changed in the cluster. */
export function targetChanges(was: TargetFindings, is: TargetFindings): Change[] {
  const deployments = match(was.deployments, is.deployments, ({ name }) => name);
  const variables = match(was.variables, is.variables, ({ name }) => name);
  const set = { about: 'variables', matters: true, because: 'the target starts with it' } as const;
  return [
    ...compare('image tag of the target', was.imageTag, is.imageTag, release),
    ...(was.database && is.database
      ? compare('database of the target', where(was.database), where(is.database), elsewhere)
      : []),
    ...compare('encryption key of the target', was.encryptionKey?.fingerprint, is.encryptionKey?.fingerprint, key),
    ...applicationDatabase('target', was, is),
    ...encryptionChanges('target', was.encryption, is.encryption),
    ...gateChanges(was, is),
    ...(was.kubernetesVersion && is.kubernetesVersion
      ? compare('Kubernetes of the target', minor(was.kubernetesVersion), minor(is.kubernetesVersion), {
          about: 'version',
          matters: true,
          because: 'the cluster was upgraded: worker and application start on other nodes',
        })
      : []),
    ...comeAndGone(
      deployments,
      'deployment',
      ({ name }) => name,
      () => ({
        about: 'services',
        matters: true,
        because: 'the cutover starts exactly the deployments that were found',
      }),
    ),
    ...deployments.both.flatMap(({ name, was: before, is: after }) => [
      ...compare(`deployment ${name}: image`, before.image, after.image, {
        about: 'version',
        matters: true,
        because: 'it starts other code than at the rehearsal',
      }),
      ...compare(`deployment ${name}: requests`, sizing(before.requests), sizing(after.requests), sized),
      ...compare(`deployment ${name}: limits`, sizing(before.limits), sizing(after.limits), sized),
      ...compare(`deployment ${name}: may migrate`, before.mayMigrate, after.mayMigrate, migrating),
      ...compare(`deployment ${name}: replicas`, before.replicas, after.replicas, {
        about: 'services',
        matters: false,
        because: 'the count is saved anew before the target starts',
      }),
    ]),
    ...comeAndGone(
      variables,
      'variable of the target',
      ({ name }) => name,
      () => set,
    ),
    ...variables.both.flatMap(({ name, was: before, is: after }) =>
      compare(`variable of the target ${name}`, ...values(before, after), set),
    ),
    ...(was.capacity && is.capacity
      ? compare('processors of the nodes', processors(was.capacity), processors(is.capacity), {
          about: 'services',
          matters: false,
          because: 'nodes come and go by themselves; whether the images run there is checked anew',
        })
      : []),
    ...match(was.addOns, is.addOns, ({ name }) => name).both.flatMap(({ name, was: before, is: after }) =>
      before.present === null || after.present === null
        ? []
        : compare(`add-on ${name}`, present(before.present), present(after.present), restedOn),
    ),
  ];
}

/** What the gate closes, and what it opens to. */
function gateChanges(was: TargetFindings, is: TargetFindings): Change[] {
  const gate = { about: 'services', matters: true, because: 'the gate opens to exactly what was found' } as const;
  const backend = ({ backend: of }: TargetFindings) => of && `${of.ingress}, service ${of.service}:${of.port}`;
  const list = (values: readonly string[] | undefined) => values && [...values].sort().join(', ');
  return [
    ...compare('backend of the gate', backend(was), backend(is), gate),
    ...compare('Ingress of the target: class', was.ingress?.class, is.ingress?.class, gate),
    ...compare('Ingress of the target: hosts', list(was.ingress?.hosts), list(is.ingress?.hosts), gate),
    ...compare('Ingress of the target: services', list(was.ingress?.services), list(is.ingress?.services), gate),
  ];
}

const processors = ({ nodes }: NonNullable<TargetFindings['capacity']>): string =>
  [...new Set(nodes.map(({ architecture }) => architecture))].sort().join(', ');

const present = (seen: boolean): string => (seen ? 'there' : 'not there');

/** AWS builds `v1.33.5-eks-…` anew every few weeks; only `v1.33` is an upgrade. */
const minor = (version: string): string => /^v?\d+\.\d+/.exec(version)?.[0] ?? version;
