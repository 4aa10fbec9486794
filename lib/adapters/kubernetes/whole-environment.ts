import { ApisApi, CoreV1Api, CustomObjectsApi, type KubeConfig } from '@kubernetes/client-node';
import { z } from 'zod';
import type { TargetFindings } from '../../workflow/documents/collected.ts';
import { isForbidden, isMissing } from './cluster.ts';
import type { Deployment, Variable } from './deployments.ts';

/** Every variable of a deployment, as far as Passage may know, and the objects that it takes all keys of. May hold secrets. */
export interface WholeEnvironment {
  readonly environment: ReadonlyMap<string, Variable>;
  readonly sources: TargetFindings['environmentFrom'];
}

/** The keys of an object; `complete` when these are all. */
interface Keys {
  readonly variables: ReadonlyMap<string, Variable>;
  readonly through: string;
  readonly complete: boolean;
}

const EXTERNAL_SECRETS = 'external-secrets.io';
const ExternalSecret = z.looseObject({
  metadata: z.looseObject({ name: z.string() }),
  spec: z.looseObject({
    data: z.array(z.looseObject({ secretKey: z.string() })).default([]),
    dataFrom: z.array(z.unknown()).default([]),
    target: z
      .looseObject({
        name: z.string().optional(),
        template: z
          .looseObject({
            data: z.record(z.string(), z.unknown()).optional(),
            templateFrom: z.array(z.unknown()).default([]),
            mergePolicy: z.string().optional(),
          })
          .optional(),
      })
      .default({}),
  }),
});
type ExternalSecret = z.infer<typeof ExternalSecret>;

/**
 * Adds to a deployment's own variables those of `envFrom`, and the values of its ConfigMaps. A ConfigMap is read where
 * RBAC allows it. A Secret is read only where RBAC names it; otherwise the ExternalSecret that makes it names its keys.
 */
export async function wholeEnvironment(
  config: KubeConfig,
  namespace: string,
  { environment, environmentFrom }: Deployment,
): Promise<WholeEnvironment> {
  const core = config.makeApiClient(CoreV1Api);
  const configMaps = new Map<string, Promise<Keys | null>>();
  const ofConfigMap = (name: string): Promise<Keys | null> => {
    const known = configMaps.get(name) ?? readable(() => readConfigMap(core, namespace, name));
    configMaps.set(name, known);
    return known;
  };
  const externalSecrets = environmentFrom.some(({ kind }) => kind === 'secret')
    ? ((await readable(() => listExternalSecrets(config, namespace))) ?? [])
    : [];

  const whole = new Map<string, Variable>();
  const sources: TargetFindings['environmentFrom'] = [];
  for (const { kind, name, prefix } of environmentFrom) {
    const keys =
      kind === 'config-map'
        ? await ofConfigMap(name)
        : ((await readable(() => readSecret(core, namespace, name))) ?? keysMadeBy(externalSecrets, name));
    // What comes later wins, and a variable of its own over all of them.
    for (const [key, variable] of keys?.variables ?? []) whole.set(`${prefix}${key}`, variable);
    sources.push({ kind, name, through: keys?.through ?? null, complete: keys?.complete ?? false });
  }
  for (const [name, variable] of environment) {
    const [object, key] = variable.from === 'config-map' ? (variable.reference ?? '').split('/') : [];
    const value = object && key ? (await ofConfigMap(object))?.variables.get(key)?.value : undefined;
    whole.set(name, value === undefined ? variable : { ...variable, value });
  }
  return { environment: whole, sources };
}

/** Null for what is not there, or may not be read. */
async function readable<T>(work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    if (isForbidden(error) || isMissing(error)) return null;
    throw error;
  }
}

async function readConfigMap(core: CoreV1Api, namespace: string, name: string): Promise<Keys> {
  const { data = {} } = await core.readNamespacedConfigMap({ name, namespace });
  const variables = Object.entries(data).map(
    ([key, value]) => [key, { value, from: 'config-map' as const, reference: `${name}/${key}` }] as const,
  );
  return { variables: new Map(variables), through: `ConfigMap ${name}`, complete: true };
}

async function readSecret(core: CoreV1Api, namespace: string, name: string): Promise<Keys> {
  const { data = {} } = await core.readNamespacedSecret({ name, namespace });
  const variables = Object.entries(data).map(([key, value]) => {
    const text = Buffer.from(value, 'base64').toString('utf8');
    return [key, { value: text, secret: { name, key } }] as const;
  });
  return { variables: new Map(variables), through: `Secret ${name}`, complete: true };
}

/** In the version that the cluster prefers; none where External Secrets is not installed. */
async function listExternalSecrets(config: KubeConfig, namespace: string): Promise<ExternalSecret[]> {
  const { groups } = await config.makeApiClient(ApisApi).getAPIVersions();
  const group = groups.find(({ name }) => name === EXTERNAL_SECRETS);
  const version = group?.preferredVersion?.version ?? group?.versions[0]?.version;
  if (!version) return [];
  const answer: unknown = await config.makeApiClient(CustomObjectsApi).listNamespacedCustomObject({
    group: EXTERNAL_SECRETS,
    version,
    namespace,
    plural: 'externalsecrets',
  });
  const { items } = z.looseObject({ items: z.array(z.unknown()) }).parse(answer);
  return items.flatMap((item) => {
    const read = ExternalSecret.safeParse(item);
    return read.success ? [read.data] : [];
  });
}

/** The keys that the maker of a Secret names; `dataFrom` takes all there are elsewhere, so they are not complete. */
function keysMadeBy(externalSecrets: readonly ExternalSecret[], name: string): Keys | null {
  const maker = externalSecrets.find(({ metadata, spec }) => (spec.target.name ?? metadata.name) === name);
  if (!maker) return null;
  const { data, dataFrom, target } = maker.spec;
  const template = target.template?.data;
  const own = template && target.template?.mergePolicy !== 'Merge' ? [] : data.map(({ secretKey }) => secretKey);
  const keys = [...own, ...Object.keys(template ?? {})];
  return {
    variables: new Map(keys.map((key) => [key, { secret: { name, key } }])),
    through: `ExternalSecret ${maker.metadata.name}`,
    complete: dataFrom.length === 0 && (target.template?.templateFrom ?? []).length === 0,
  };
}
