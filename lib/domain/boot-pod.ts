import { type BootFacts, bootEnvironment, type EnvironmentVariable, type VariableChange } from './boot-environment.ts';

/** One name in each namespace, so that RBAC can name the one pod that Passage may read and end there. */
export const BOOT_POD = 'passage-boot';
export const RUN_LABEL = 'passage.dev/run';
const MIGRATION_LABEL = 'passage.dev/migration';
/** JSON: how the environment differs from the deployment's, for whoever looks at the pod. */
export const CHANGES_ANNOTATION = 'passage.dev/changes';

/** However Passage itself may end, the pod ends by then: the hour that a boot may take, and half of one around it. */
const LONGEST_SECONDS = 5_400;

interface Container {
  readonly name: string;
  readonly env?: EnvironmentVariable[];
  readonly envFrom?: object[];
  readonly ports?: { readonly containerPort: number; readonly hostPort?: number }[];
}

interface Volume {
  readonly name: string;
  readonly persistentVolumeClaim?: { readonly claimName: string; readonly readOnly?: boolean };
}

/** What is read of a pod's specification; everything else goes through as it is. */
export interface PodSpec {
  readonly containers: Container[];
  readonly initContainers?: Container[];
  readonly hostNetwork?: boolean;
  readonly volumes?: Volume[];
}

export interface PodTemplate<S extends PodSpec> {
  readonly metadata?: { readonly annotations?: { [key: string]: string } };
  readonly spec: S;
}

export interface BootPod<S extends PodSpec> {
  readonly metadata: {
    readonly name: string;
    readonly labels: { [key: string]: string };
    readonly annotations: { [key: string]: string };
  };
  readonly spec: S;
}

/** The container that is the application: the one with a SERVICE_TYPE, else the first. */
export const mainContainer = <C extends Container>(containers: readonly C[]): C | undefined =>
  containers.find(({ env }) => env?.some(({ name }) => name === 'SERVICE_TYPE')) ?? containers[0];

/**
 * The pod that boots one backend of the target: the deployment's own pod template, with another database, another name
 * and nothing that would act on its own. It bears none of the template's labels, so that no Service, disruption budget
 * or controller of the application takes it for one of its pods. It is never started again: a crash is what is looked for.
 * @returns a refusal, in a sentence, where the database cannot be exchanged
 */
export function bootPod<S extends PodSpec>(
  template: PodTemplate<S>,
  facts: BootFacts,
): BootPod<S> | { readonly refusal: string } {
  const { spec } = template;
  const main = mainContainer(spec.containers);
  if (!main) return { refusal: 'its pod template has no container' };
  const changes: VariableChange[] = [];
  let refusal: string | null = null;
  const booted = <C extends Container>(container: C): C => {
    const isMain = container.name === main.name;
    const own = container.env ?? [];
    const made = bootEnvironment(own, (container.envFrom ?? []).length > 0, facts);
    const ports = container.ports?.map(({ hostPort: _hostPort, ...port }) => port);
    if ('refusal' in made) {
      refusal = `container "${container.name}": ${made.refusal}`;
      return container;
    }
    if (isMain) changes.push(...made.changes);
    // What a whole Secret holds is not seen here, so a companion that takes one is told all that the application is.
    // Another one is changed in what it states itself, and never left to a default of the database's name.
    const told = new Set(own.map(({ name }) => name));
    if (own.some(({ name }) => name === 'DATABASE_URL' || name.startsWith('POSTGRES_'))) told.add('POSTGRES_DB');
    const env = isMain || container.envFrom?.length ? made.env : made.env.filter(({ name }) => told.has(name));
    return { ...container, ...(env.length > 0 && { env }), ...(ports && { ports }) };
  };
  const changed = {
    ...spec,
    containers: spec.containers.map(booted),
    ...(spec.initContainers && { initContainers: spec.initContainers.map(booted) }),
    ...(spec.hostNetwork && { hostNetwork: false }),
    ...(spec.volumes && { volumes: spec.volumes.map(readOnly) }),
    restartPolicy: 'Never',
    activeDeadlineSeconds: LONGEST_SECONDS,
    terminationGracePeriodSeconds: 5,
  };
  if (refusal !== null) return { refusal };
  return {
    metadata: {
      name: BOOT_POD,
      labels: {
        'app.kubernetes.io/name': BOOT_POD,
        'app.kubernetes.io/managed-by': 'passage',
        [RUN_LABEL]: facts.run,
        [MIGRATION_LABEL]: facts.migration,
      },
      annotations: { ...template.metadata?.annotations, [CHANGES_ANNOTATION]: JSON.stringify(changes) },
    },
    spec: changed,
  };
}

/** What outlives the pod is read at most: others may be using it. */
const readOnly = <V extends Volume>(volume: V): V =>
  volume.persistentVolumeClaim
    ? { ...volume, persistentVolumeClaim: { ...volume.persistentVolumeClaim, readOnly: true } }
    : volume;

/** `retool.acme.example.com` → `preview.retool.acme.example.com`, unless the configuration names another. */
export const previewNameOf = (record: string, configured: string | undefined): string =>
  configured ?? `preview.${record}`;
