/** Resources of a CloudFormation template, by logical id. */
export type Resources = Readonly<
  Record<string, { readonly Type: string; readonly Properties: Readonly<Record<string, unknown>> }>
>;

/** A statement of a policy, its values as text. */
export interface Statement {
  readonly Effect: string;
  readonly principals: readonly string[];
  readonly actions: readonly string[];
  /** ARNs; `${Name}` where only a deployment knows more. */
  readonly resources: readonly string[];
  /** In Markdown; empty without a condition. */
  readonly conditions: string;
}

export const allOf = (resources: Resources, type: string) =>
  Object.entries(resources).filter(([, { Type }]) => Type === type);

export const statementsIn = (document: unknown, resources: Resources): Statement[] =>
  (document as { Statement: readonly Readonly<Record<string, unknown>>[] }).Statement.map(
    ({ Effect, Principal, Action, Resource, Condition = {} }) => ({
      Effect: String(Effect),
      principals:
        typeof Principal === 'object' && Principal !== null
          ? Object.values(Principal).flatMap((each) => textsIn(each, resources))
          : textsIn(Principal ?? [], resources),
      actions: textsIn(Action, resources),
      resources: textsIn(Resource, resources),
      conditions: conditionsIn(Condition as Conditions, resources),
    }),
  );

type Conditions = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

const conditionsIn = (conditions: Conditions, resources: Resources): string =>
  Object.entries(conditions)
    .flatMap(([operator, keys]) =>
      Object.entries(keys).map(
        ([key, values]) =>
          `${operator} \`${key}\`: ${textsIn(values, resources)
            .map((value) => `\`${value}\``)
            .join(', ')}`,
      ),
    )
    .join('<br>');

/** One value or a list of them as text. */
export const textsIn = (value: unknown, resources: Resources): string[] =>
  [value].flat().map((each) => text(each, resources));

function text(value: unknown, resources: Resources): string {
  if (typeof value !== 'object' || value === null) return String(value);
  if ('Ref' in value) return reference(String(value.Ref), resources);
  if ('Fn::GetAtt' in value) {
    const [id, attribute] = value['Fn::GetAtt'] as [string, string];
    return attribute === 'Arn' ? arnOf(id, resources) : `\${${short(id)}.${attribute}}`;
  }
  if ('Fn::Join' in value) {
    const [glue, parts] = value['Fn::Join'] as [string, unknown[]];
    return parts.map((part) => text(part, resources)).join(glue);
  }
  if ('Fn::Sub' in value) return String(value['Fn::Sub']).replace(/\$\{AWS::(\w+)\}/g, (_, name) => pseudo(name));
  throw new Error(`No text for ${JSON.stringify(value)}`);
}

const reference = (id: string, resources: Resources): string => {
  if (id.startsWith('AWS::')) return pseudo(id.slice('AWS::'.length));
  const { Type } = resources[id] ?? {};
  if (Type === 'AWS::ECS::TaskDefinition') return arn('ecs', `task-definition/${familyOf(id, resources)}:*`);
  return `\${${short(id)}}`;
};

const familyOf = (id: string, resources: Resources): string => String(resources[id]?.Properties.Family);

const pseudo = (name: string): string =>
  name === 'Partition' ? 'aws' : name === 'AccountId' ? '${Account}' : `\${${name}}`;

const arn = (service: string, resource: string): string => `arn:aws:${service}:\${Region}:\${Account}:${resource}`;

/** With the name that the resource is given; `${LogicalId}` where CloudFormation makes one. */
function arnOf(id: string, resources: Resources): string {
  const { Type, Properties = {} } = resources[id] ?? {};
  const named = (property: string) =>
    property in Properties ? text(Properties[property], resources) : `\${${short(id)}}`;
  if (Type === 'AWS::S3::Bucket') return `arn:aws:s3:::${named('BucketName')}`;
  if (Type === 'AWS::Lambda::Function') return arn('lambda', `function:${named('FunctionName')}`);
  if (Type === 'AWS::Logs::LogGroup') return arn('logs', `log-group:${named('LogGroupName')}:*`);
  if (Type === 'AWS::IAM::Role') return `arn:aws:iam::\${Account}:role/${named('RoleName')}`;
  if (Type === 'AWS::ECS::Cluster') return arn('ecs', `cluster/${named('ClusterName')}`);
  if (Type === 'AWS::Events::Rule') return arn('events', `rule/${named('Name')}`);
  return `\${${short(id)}.Arn}`;
}

/** CDK ends logical ids with a hash of where the resource stands. */
const short = (id: string): string => id.replace(/[0-9A-F]{8}$/, '');
