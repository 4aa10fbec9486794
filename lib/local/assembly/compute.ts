import { z } from 'zod';
import type { ImageSource } from './manifest.ts';
import { select } from './select.ts';
import type { Resource } from './template.ts';

export interface FunctionModel {
  readonly name: string;
  readonly arn: string;
  readonly roleArn: string;
  /** `index.handler` */
  readonly handler: string;
  /** Where the bundled code lies. */
  readonly directory: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number;
  readonly memoryMegabytes: number;
  /** Its name; Lambda makes one of the function's name where none is given. */
  readonly logGroup: string;
  /** Whether Lambda plugs it into subnets. */
  readonly inNetwork: boolean;
}

export interface StateMachine {
  readonly name: string;
  readonly arn: string;
  readonly roleArn: string;
  /** The text as CloudFormation hands it over: placeholders replaced. */
  readonly definition: string;
  /** Whether its executions are told to CloudWatch Logs, and to X-Ray. */
  readonly logs: boolean;
  readonly traces: boolean;
}

export interface TaskDefinition {
  readonly arn: string;
  readonly family: string;
  /** The template's properties in the ECS API's own spelling, ready to be registered. */
  readonly input: Readonly<Record<string, unknown>>;
}

export interface EcsCluster {
  readonly name: string;
  readonly arn: string;
}

/** What an image URI of the assembly is built from. */
export type FindImage = (uri: string) => ImageSource | undefined;

/** Functions whose code is an asset; `directoryOf` finds it by the key of its object. */
export function readFunctions(
  resources: readonly Resource[],
  directoryOf: (key: string) => string | undefined,
): readonly FunctionModel[] {
  const schema = z.object({
    Code: z.object({ S3Key: z.string() }),
    Handler: z.string(),
    Role: z.string(),
    Timeout: z.coerce.number().default(3),
    MemorySize: z.coerce.number().default(128),
    Environment: z.object({ Variables: z.record(z.string(), z.coerce.string()) }).optional(),
    LoggingConfig: z.object({ LogGroup: z.string().optional() }).default({}),
    VpcConfig: z.object({ SubnetIds: z.array(z.string()).default([]) }).optional(),
  });
  return select(resources, 'AWS::Lambda::Function', schema).map(({ resource, properties }) => {
    const directory = directoryOf(properties.Code.S3Key);
    if (!directory) throw new Error(`The code of function ${resource.logicalId} is not among the assets of its stack.`);
    return {
      name: resource.name,
      arn: resource.attribute('Arn'),
      roleArn: properties.Role,
      handler: properties.Handler,
      directory,
      environment: properties.Environment?.Variables ?? {},
      timeoutSeconds: properties.Timeout,
      memoryMegabytes: properties.MemorySize,
      logGroup: properties.LoggingConfig.LogGroup ?? `/aws/lambda/${resource.name}`,
      inNetwork: (properties.VpcConfig?.SubnetIds.length ?? 0) > 0,
    };
  });
}

export function readStateMachines(resources: readonly Resource[]): readonly StateMachine[] {
  const schema = z.object({
    RoleArn: z.string(),
    DefinitionString: z.string(),
    DefinitionSubstitutions: z.record(z.string(), z.coerce.string()).default({}),
    LoggingConfiguration: z.object({ Level: z.string().default('OFF') }).optional(),
    TracingConfiguration: z.object({ Enabled: z.boolean().default(false) }).optional(),
  });
  return select(resources, 'AWS::StepFunctions::StateMachine', schema).map(({ resource, properties }) => ({
    name: resource.name,
    arn: resource.id,
    roleArn: properties.RoleArn,
    definition: substitute(properties.DefinitionString, properties.DefinitionSubstitutions),
    logs: (properties.LoggingConfiguration?.Level ?? 'OFF') !== 'OFF',
    traces: properties.TracingConfiguration?.Enabled ?? false,
  }));
}

/** Plain text replacement of `${Key}`, as CloudFormation does it: what nobody substitutes stays. */
function substitute(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\$\{([^}]+)\}/g, (all, key: string) => (Object.hasOwn(values, key) ? values[key]! : all));
}

export function readEcsClusters(resources: readonly Resource[]): readonly EcsCluster[] {
  return select(resources, 'AWS::ECS::Cluster', z.object({})).map(({ resource }) => ({
    name: resource.name,
    arn: resource.attribute('Arn'),
  }));
}

export function readTaskDefinitions(resources: readonly Resource[]): readonly TaskDefinition[] {
  return select(resources, 'AWS::ECS::TaskDefinition', z.record(z.string(), z.unknown())).map(
    ({ resource, properties }) => {
      const family = /task-definition\/(.+):1$/.exec(resource.id)![1]!;
      const { Tags: _tags, ...said } = properties;
      return { arn: resource.id, family, input: { ...(camelCased(said) as object), family } };
    },
  );
}

/** `ContainerDefinitions` → `containerDefinitions`: CloudFormation and Step Functions spell the API's fields so. */
export function camelCased(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(camelCased);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key.charAt(0).toLowerCase() + key.slice(1), camelCased(inner)]),
  );
}
