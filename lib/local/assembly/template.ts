import { NO_VALUE, resolveValue } from './intrinsics.ts';
import {
  type Account,
  type Identified,
  ignoredType,
  ignoredTypes,
  type ResourceType,
  resourceTypes,
} from './resource-types.ts';

/** One resource of the assembly, its references resolved. */
export interface Resource {
  readonly logicalId: string;
  readonly type: string;
  readonly name: string;
  /** What `Ref` answers. */
  readonly id: string;
  readonly properties: Readonly<Record<string, unknown>>;
  /** `Fn::GetAtt` */
  attribute(name: string): string;
}

interface TemplateText {
  readonly Parameters?: Readonly<Record<string, { readonly Default?: unknown }>>;
  readonly Resources?: Readonly<Record<string, ResourceText>>;
}

interface ResourceText {
  readonly Type: string;
  readonly Condition?: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
}

/**
 * Reads one stack's template. Refuses resource types that the simulated account neither builds nor knowingly leaves
 * out, so that nothing the product relies on is missing here unnoticed.
 */
export function readTemplate(
  template: unknown,
  stack: string,
  account: Account,
  given: ReadonlyMap<string, string> = new Map(),
): readonly Resource[] {
  const { Parameters: parameters = {}, Resources: texts = {} } = template as TemplateText;
  const unknown = Object.entries(texts).filter(([, { Type }]) => !resourceTypes[Type] && !ignoredTypes.has(Type));
  if (unknown.length > 0) {
    const named = unknown.map(([logicalId, { Type }]) => `${Type} (${logicalId})`).join(', ');
    throw new Error(`Stack ${stack} has resources of types that the simulated account does not know: ${named}.`);
  }

  const pseudo: Readonly<Record<string, unknown>> = {
    'AWS::AccountId': account.accountId,
    'AWS::NoValue': NO_VALUE,
    'AWS::Partition': 'aws',
    'AWS::Region': account.region,
    'AWS::StackId': `arn:aws:cloudformation:${account.region}:${account.accountId}:stack/${stack}/local`,
    'AWS::StackName': stack,
    'AWS::URLSuffix': 'amazonaws.com',
  };
  const references = {
    ref(logicalId: string): unknown {
      if (Object.hasOwn(pseudo, logicalId)) return pseudo[logicalId];
      const parameter = parameters[logicalId];
      if (parameter?.Default !== undefined) return parameter.Default;
      if (parameter)
        throw new Error(`Stack ${stack} needs a value for its parameter ${logicalId}, which has no default.`);
      const resource = identified(logicalId);
      return typeOf(logicalId).ref(resource);
    },
    attribute(logicalId: string, name: string): string {
      const resource = identified(logicalId);
      const attribute = typeOf(logicalId).attributes?.[name];
      if (attribute) return attribute(resource);
      const { Type } = textOf(logicalId);
      if (ignoredTypes.has(Type)) return `${logicalId}-${name}`;
      throw new Error(
        `Stack ${stack} reads ${name} of ${logicalId} (${Type}), which the simulated account does not know.`,
      );
    },
  };
  const resolved = new Map<string, Readonly<Record<string, unknown>>>();

  function textOf(logicalId: string): ResourceText {
    const text = texts[logicalId];
    if (!text) throw new Error(`Stack ${stack} refers to ${logicalId}, which it does not have.`);
    return text;
  }
  function typeOf(logicalId: string): ResourceType {
    return resourceTypes[textOf(logicalId).Type] ?? ignoredType;
  }
  function properties(logicalId: string): Readonly<Record<string, unknown>> {
    const value =
      resolved.get(logicalId) ??
      (resolveValue(textOf(logicalId).Properties ?? {}, references) as Readonly<Record<string, unknown>>);
    resolved.set(logicalId, value);
    return value;
  }
  function identified(logicalId: string): Identified {
    const { nameProperty } = typeOf(logicalId);
    const explicit = nameProperty ? textOf(logicalId).Properties?.[nameProperty] : undefined;
    const name = explicit === undefined ? `${stack}-${logicalId}` : String(resolveValue(explicit, references));
    return { ...account, logicalId, stack, name, given: given.get(logicalId), properties: () => properties(logicalId) };
  }

  return Object.entries(texts).map(([logicalId, { Type, Condition }]) => {
    if (Condition)
      throw new Error(`Stack ${stack} makes ${logicalId} conditional, which the simulated account does not know.`);
    const resource = identified(logicalId);
    return {
      logicalId,
      type: Type,
      name: resource.name,
      id: typeOf(logicalId).ref(resource),
      properties: properties(logicalId),
      attribute: (name: string) => references.attribute(logicalId, name),
    };
  });
}
