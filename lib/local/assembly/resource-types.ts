import { createHash } from 'node:crypto';

/** Where the simulated account is. */
export interface Account {
  readonly accountId: string;
  readonly region: string;
}

/** What gives a resource its identity. */
export interface Identified extends Account {
  readonly logicalId: string;
  readonly stack: string;
  /** The explicit name (already resolved), or `<stack>-<logical id>`. */
  readonly name: string;
  /** The id that its service has given it: of a key its id, of a secret its ARN. */
  readonly given: string | undefined;
  /** The resolved properties; asked for only where the identity needs them. */
  readonly properties: () => Readonly<Record<string, unknown>>;
}

export interface ResourceType {
  /** The property that holds an explicit name. */
  readonly nameProperty?: string;
  readonly ref: (resource: Identified) => string;
  readonly attributes?: Readonly<Record<string, (resource: Identified) => string>>;
}

const nameOf = ({ name }: Identified): string => name;
const arn =
  (service: string, resource: (name: string) => string, global = false) =>
  ({ name, region, accountId }: Identified): string =>
    `arn:aws:${service}:${global ? '' : region}:${accountId}:${resource(name)}`;

/** The same letters and digits for the same resource each time, where AWS draws them by lot. */
const token = ({ stack, logicalId }: Identified, length: number): string =>
  createHash('sha256').update(`${stack}/${logicalId}`).digest('hex').slice(0, length);

const withArn = (nameProperty: string, service: string, resource: (name: string) => string, global = false) => ({
  nameProperty,
  ref: nameOf,
  attributes: { Arn: arn(service, resource, global) },
});
const generated = (prefix: string): ResourceType => ({ ref: (resource) => `${prefix}${token(resource, 10)}` });

const bucketName = ({ name }: Identified): string =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9.-]/g, '-')
    .slice(0, 63);
const keyId = (resource: Identified): string =>
  resource.given ?? token(resource, 32).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
const keyArn = (resource: Identified): string =>
  `arn:aws:kms:${resource.region}:${resource.accountId}:key/${keyId(resource)}`;
const secretArn = (resource: Identified): string =>
  resource.given ?? `${arn('secretsmanager', (name) => `secret:${name}`)(resource)}-${token(resource, 6)}`;
const machineArn = arn('states', (name) => `stateMachine:${name}`);
const apiId = (resource: Identified): string => token(resource, 10);

/**
 * A family carries the digest of what the definition says, so that its revision is 1 whenever it is registered:
 * ARNs in machines and policies are known before ECS is.
 */
const familyOf = (resource: Identified): string => {
  const said = createHash('sha256').update(JSON.stringify(resource.properties())).digest('hex').slice(0, 8);
  return `${resource.name}-${said}`;
};
const taskDefinitionArn = (resource: Identified): string =>
  `arn:aws:ecs:${resource.region}:${resource.accountId}:task-definition/${familyOf(resource)}:1`;

/** The resources that the simulated account builds, and how a template refers to them. */
export const resourceTypes: Readonly<Record<string, ResourceType>> = {
  'AWS::ApiGatewayV2::Api': {
    ref: apiId,
    attributes: {
      ApiId: apiId,
      ApiEndpoint: (resource) => `https://${apiId(resource)}.execute-api.${resource.region}.amazonaws.com`,
    },
  },
  'AWS::ApiGatewayV2::Integration': generated(''),
  'AWS::ApiGatewayV2::Route': generated(''),
  'AWS::ApiGatewayV2::Stage': { nameProperty: 'StageName', ref: nameOf },
  'AWS::ECS::Cluster': withArn('ClusterName', 'ecs', (name) => `cluster/${name}`),
  'AWS::ECS::TaskDefinition': {
    nameProperty: 'Family',
    ref: taskDefinitionArn,
    attributes: { TaskDefinitionArn: taskDefinitionArn },
  },
  'AWS::EKS::AccessEntry': generated(''),
  'AWS::EKS::PodIdentityAssociation': generated('a-'),
  'AWS::Events::Rule': withArn('Name', 'events', (name) => `rule/${name}`),
  'AWS::IAM::ManagedPolicy': {
    nameProperty: 'ManagedPolicyName',
    ref: arn('iam', (name) => `policy/${name}`, true),
    attributes: { PolicyArn: arn('iam', (name) => `policy/${name}`, true) },
  },
  'AWS::IAM::Policy': { nameProperty: 'PolicyName', ref: nameOf },
  'AWS::IAM::Role': withArn('RoleName', 'iam', (name) => `role/${name}`, true),
  'AWS::KMS::Alias': { nameProperty: 'AliasName', ref: nameOf },
  'AWS::KMS::Key': { ref: keyId, attributes: { Arn: keyArn, KeyId: keyId } },
  'AWS::Lambda::Function': withArn('FunctionName', 'lambda', (name) => `function:${name}`),
  'AWS::Lambda::Permission': generated(''),
  // Policies name a group with all its streams.
  'AWS::Logs::LogGroup': withArn('LogGroupName', 'logs', (name) => `log-group:${name}:*`),
  'AWS::S3::Bucket': {
    nameProperty: 'BucketName',
    ref: bucketName,
    attributes: {
      Arn: (resource) => `arn:aws:s3:::${bucketName(resource)}`,
      DomainName: (resource) => `${bucketName(resource)}.s3.amazonaws.com`,
      RegionalDomainName: (resource) => `${bucketName(resource)}.s3.${resource.region}.amazonaws.com`,
    },
  },
  'AWS::S3::BucketPolicy': generated(''),
  'Custom::S3BucketNotifications': generated(''),
  'AWS::Scheduler::Schedule': withArn('Name', 'scheduler', (name) => `schedule/default/${name}`),
  'AWS::SecretsManager::Secret': { nameProperty: 'Name', ref: secretArn, attributes: { Id: secretArn } },
  'AWS::SES::EmailIdentity': { nameProperty: 'EmailIdentity', ref: nameOf },
  'AWS::SSM::Parameter': { nameProperty: 'Name', ref: nameOf },
  'AWS::StepFunctions::StateMachine': {
    nameProperty: 'StateMachineName',
    ref: machineArn,
    attributes: { Arn: machineArn, Name: nameOf },
  },
};

/**
 * Known and left out: networks have no meaning on loopback, and logs, alarms and dashboards are read by people on AWS.
 * What they are called is made up where a template refers to them.
 */
export const ignoredTypes: ReadonlySet<string> = new Set([
  'AWS::CDK::Metadata',
  'AWS::CloudTrail::Trail',
  'AWS::CloudWatch::Alarm',
  'AWS::CloudWatch::CompositeAlarm',
  'AWS::CloudWatch::Dashboard',
  'AWS::EC2::EIP',
  'AWS::EC2::FlowLog',
  'AWS::EC2::InternetGateway',
  'AWS::EC2::NatGateway',
  'AWS::EC2::Route',
  'AWS::EC2::RouteTable',
  'AWS::EC2::SecurityGroup',
  'AWS::EC2::SecurityGroupEgress',
  'AWS::EC2::SecurityGroupIngress',
  'AWS::EC2::Subnet',
  'AWS::EC2::SubnetRouteTableAssociation',
  'AWS::EC2::VPC',
  'AWS::EC2::VPCEndpoint',
  'AWS::EC2::VPCGatewayAttachment',
  'AWS::Lambda::EventInvokeConfig',
  'AWS::Logs::MetricFilter',
  'AWS::Logs::ResourcePolicy',
  'AWS::SNS::Subscription',
  'AWS::SNS::Topic',
  'AWS::SNS::TopicPolicy',
  'AWS::SQS::Queue',
  'AWS::SQS::QueuePolicy',
]);

/** The made-up identity of a resource that is left out; its ARN is one, so that policies that name it can be read. */
export const ignoredType: ResourceType = {
  ref: (resource) => resource.logicalId,
  attributes: { Arn: arn('ignored', (name) => name) },
};
