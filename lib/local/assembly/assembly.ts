import { type AccessEntry, type PodIdentity, readAccessEntries, readPodIdentities } from './cluster-access.ts';
import {
  type EcsCluster,
  type FindImage,
  type FunctionModel,
  readEcsClusters,
  readFunctions,
  readStateMachines,
  readTaskDefinitions,
  type StateMachine,
  type TaskDefinition,
} from './compute.ts';
import { type Role, readRoles } from './identities.ts';
import { readManifest, type StackFiles } from './manifest.ts';
import type { Account } from './resource-types.ts';
import {
  type Bucket,
  type Key,
  type Parameter,
  readBuckets,
  readKeys,
  readParameters,
  readSecrets,
  type Secret,
} from './storage.ts';
import { readTemplate } from './template.ts';
import {
  type FunctionPolicy,
  type HttpApi,
  type Rule,
  readFunctionPolicies,
  readHttpApis,
  readRules,
  readSchedules,
  type Schedule,
} from './triggers.ts';

/** All that the product deploys, as the simulated account builds it. */
export interface Assembly {
  readonly functions: readonly FunctionModel[];
  readonly functionPolicies: readonly FunctionPolicy[];
  readonly stateMachines: readonly StateMachine[];
  readonly roles: readonly Role[];
  readonly buckets: readonly Bucket[];
  readonly keys: readonly Key[];
  readonly secrets: readonly Secret[];
  readonly parameters: readonly Parameter[];
  readonly httpApis: readonly HttpApi[];
  readonly rules: readonly Rule[];
  readonly schedules: readonly Schedule[];
  readonly ecsClusters: readonly EcsCluster[];
  readonly taskDefinitions: readonly TaskDefinition[];
  readonly accessEntries: readonly AccessEntry[];
  readonly podIdentities: readonly PodIdentity[];
  readonly findImage: FindImage;
}

/**
 * Reads a cloud assembly (`cdk.out`): every stack in it, references resolved for the given account. Throws when a
 * stack has a resource type, an intrinsic function or an attribute that the simulated account does not know.
 *
 * @param given ids that services have given, by logical id: a key's id, a secret's ARN; made up where not given
 */
export function readAssembly(
  directory: string,
  account: Account,
  given: ReadonlyMap<string, string> = new Map(),
): Assembly {
  const stacks = readManifest(directory);
  const resources = stacks.flatMap((stack) => readTemplate(stack.template, stack.name, account, given));
  return {
    functions: readFunctions(resources, (key) => findAsset(stacks, 'files', key)),
    functionPolicies: readFunctionPolicies(resources),
    stateMachines: readStateMachines(resources),
    roles: readRoles(resources),
    buckets: readBuckets(resources),
    keys: readKeys(resources),
    secrets: readSecrets(resources),
    parameters: readParameters(resources),
    httpApis: readHttpApis(resources),
    rules: readRules(resources),
    schedules: readSchedules(resources),
    ecsClusters: readEcsClusters(resources),
    taskDefinitions: readTaskDefinitions(resources),
    accessEntries: readAccessEntries(resources),
    podIdentities: readPodIdentities(resources),
    findImage: (uri) => findAsset(stacks, 'images', uri.slice(uri.lastIndexOf(':') + 1)),
  };
}

/** Assets are known by the hash in an object's key (`<hash>.zip`) or in an image's tag. */
function findAsset<K extends 'files' | 'images'>(
  stacks: readonly StackFiles[],
  kind: K,
  key: string,
): (K extends 'files' ? string : NonNullable<ReturnType<FindImage>>) | undefined {
  const hash = key.replace(/^.*\//, '').replace(/\.\w+$/, '');
  for (const stack of stacks) {
    const found = stack[kind].get(hash);
    if (found) return found as never;
  }
  return undefined;
}

/** The name of the bucket whose logical id begins so. Throws when there is none. */
export function bucketOf({ buckets }: Assembly, name: 'evidence' | 'staging'): string {
  const found = buckets.find(({ logicalId }) => logicalId.toLowerCase().startsWith(name));
  if (!found) throw new Error(`The assembly has no ${name} bucket.`);
  return found.name;
}
