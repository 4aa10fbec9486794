import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { PassageStack } from '../../lib/stacks/passage-stack.ts';
import type { DeployedMigration } from '../../lib/workflow/configuration.ts';
import { loadMigrations } from '../../lib/workflow/migrations.ts';
import { Settings } from '../../lib/workflow/settings.ts';

export const settings = Settings.parse({
  vpc: {
    id: 'vpc-0123456789abcdef0',
    availabilityZones: ['eu-west-1a', 'eu-west-1b'],
    privateSubnetIds: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'],
  },
  databaseSecurityGroupIds: ['sg-0123456789abcdef0'],
  clusterSecurityGroupIds: ['sg-0123456789abcdef1'],
  mailFrom: 'passage@example.com',
  resolvers: ['9.9.9.9', '1.1.1.1:53'],
});

export interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
  readonly DeletionPolicy?: string;
  readonly DependsOn?: readonly string[];
}

export interface Statement {
  readonly Sid?: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Principal?: unknown;
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** The stack as CloudFormation gets it, without bundling; a circle of references fails here. */
export class Synthesized {
  readonly template: { readonly Resources: Readonly<Record<string, Resource>> };
  readonly resources: Readonly<Record<string, Resource>>;

  constructor(migrations: readonly DeployedMigration[] = loadMigrations('migrations')) {
    const app = new App({
      context: { 'aws:cdk:bundling-stacks': [], '@aws-cdk/aws-iam:minimizePolicies': true },
    });
    const stack = new PassageStack(app, 'Passage', { settings, migrations });
    this.template = Template.fromStack(stack).toJSON() as Synthesized['template'];
    this.resources = this.template.Resources;
  }

  all(type: string): [id: string, resource: Resource][] {
    return Object.entries(this.resources).filter(([, { Type }]) => Type === type);
  }

  /** The one resource of a type whose logical id begins so. */
  one(type: string, beginning = ''): [id: string, resource: Resource] {
    const found = this.all(type).filter(([id]) => id.startsWith(beginning));
    if (found.length !== 1) throw new Error(`${found.length} resources ${type} begin with "${beginning}"`);
    return found[0]!;
  }

  /** What the policies of a role say, by the role's logical id. */
  statementsOfRole(roleId: string): Statement[] {
    return this.all('AWS::IAM::Policy')
      .filter(([, { Properties }]) => JSON.stringify(Properties.Roles).includes(`"${roleId}"`))
      .flatMap(([, { Properties }]) => statements(Properties.PolicyDocument));
  }

  /** Logical id of the role of a function, task or machine, which stands beside it. */
  roleIdOf(construct: string): string {
    const [id] = this.one('AWS::IAM::Role', `${construct}Role`);
    return id;
  }
}

export function statements(document: unknown): Statement[] {
  const { Statement: list } = document as { Statement: readonly Record<string, unknown>[] };
  return list.map(({ Action, Resource, ...rest }) => ({
    ...(rest as Omit<Statement, 'actions' | 'resources'>),
    actions: [Action].flat() as string[],
    resources: [Resource].flat().map(text),
  }));
}

/** An intrinsic function as text: `<EvidenceBucket.Arn>/runs/*`; its hash of eight is left out of a logical id. */
export function text(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) return String(value);
  if ('Ref' in value) return `<${named(value.Ref)}>`;
  if ('Fn::GetAtt' in value) {
    const [id, attribute] = value['Fn::GetAtt'] as [string, string];
    return `<${named(id)}.${attribute}>`;
  }
  if ('Fn::Join' in value) {
    const [glue, parts] = value['Fn::Join'] as [string, unknown[]];
    return parts.map(text).join(glue);
  }
  if ('Fn::Sub' in value) return text(value['Fn::Sub']);
  throw new Error(`No text for ${JSON.stringify(value)}`);
}

export const named = (id: unknown): string => String(id).replace(/[0-9A-F]{8}$/, '');

export const sorted = (values: Iterable<string>): string[] => [...new Set(values)].sort();
