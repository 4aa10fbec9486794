import { ArnFormat, Stack } from 'aws-cdk-lib';
import type * as ecs from 'aws-cdk-lib/aws-ecs';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import type { IConstruct } from 'constructs';
import type { DeployedMigration } from '../workflow/configuration.ts';
import { type MachineName, machineNames, machines } from '../workflow/registry.ts';
import type { Settings } from '../workflow/settings.ts';
import type { Action } from '../workflow/things.ts';
import type { Binding, Bindings, Grant } from './binding.ts';
import { executionArns, stateMachineArn } from './machine-arns.ts';
import { PARAMETER_PATH } from './migration-parameter.ts';

interface Deployed {
  readonly settings: Settings;
  readonly migrations: readonly DeployedMigration[];
  readonly evidence: s3.IBucket;
  readonly staging: s3.IBucket;
  readonly tokenKey: kms.IKey;
  readonly fingerprintKey: secretsmanager.ISecret;
  /** The ECS cluster of Passage's own tasks. */
  readonly workerCluster: ecs.ICluster;
  readonly workerImageUri: string;
  /** The public address of the approval pages, without a slash at the end. */
  readonly approvalUrl: string;
}

/** What every thing of the registry is in this deployment: the one place that says which ARN stands behind a name. */
export function bindThings(scope: IConstruct, deployed: Deployed): Bindings {
  const { settings, migrations, evidence, staging, tokenKey, fingerprintKey, workerCluster } = deployed;
  const arn = (service: string, resource: string, resourceName: string, arnFormat = ArnFormat.SLASH_RESOURCE_NAME) =>
    Stack.of(scope).formatArn({ service, resource, resourceName, arnFormat });
  const global = (service: string, resource: string, resourceName: string) =>
    Stack.of(scope).formatArn({ service, region: '', account: '', resource, resourceName });
  const secret = (name: string) => arn('secretsmanager', 'secret', name, ArnFormat.COLON_RESOURCE_NAME);
  const inCluster = (cluster: string) => ({ ArnEquals: { 'ecs:cluster': cluster } });

  const servers = (kind: 'db' | 'cluster') =>
    migrations.length > 0 ? [arn('rds', kind, '*', ArnFormat.COLON_RESOURCE_NAME)] : [];

  const sourceClusters = distinct(migrations.map(({ source }) => source.ecs?.cluster));
  const targetClusters = distinct(migrations.map(({ target }) => target.eks?.cluster));
  const zones = distinct(migrations.map(({ dns }) => dns?.hostedZoneId));
  const names = distinct(migrations.map(({ dns }) => dns?.record));
  // Secrets Manager ends each ARN with a hyphen and six random characters.
  const loginsOf = (side: 'source' | 'target') =>
    distinct(migrations.map((migration) => migration[side].database.loginSecret)).map((name) =>
      secret(`${name}-??????`),
    );
  const apiTokens = distinct(migrations.map(({ target }) => target.application?.boot?.apiTokenSecret)).map((name) =>
    secret(`${name}-??????`),
  );
  const ofRehearsals = migrations.map(({ name }) => secret(`passage/${name}/rehearsals/*`));
  const ofCutovers = migrations.map(({ name }) => secret(`passage/${name}/collected/*`));
  const sourceSecrets = distinct(migrations.flatMap(({ source }) => source.ecs?.secretArns ?? []));
  const approvers = distinct(migrations.flatMap(({ approvals }) => approvals?.approvers.map(({ email }) => email)));
  const mailIdentities = (addresses: readonly string[]) =>
    distinct(addresses.flatMap((address) => [address, address.split('@')[1]])).map((identity) =>
      arn('ses', 'identity', identity),
    );
  const journeys = machineNames.filter((name) => machines[name].journey);
  const executionsOf = (names: readonly MachineName[]) => names.map((machine) => executionArns(scope, machine));
  const zoneArns = zones.map((zone) => global('route53', 'hostedzone', zone));

  return {
    configurations: {
      value: `${PARAMETER_PATH}/`,
      allows: on([arn('ssm', 'parameter', `${PARAMETER_PATH.slice(1)}/*`)], 'ssm:GetParameter'),
    },

    ledgers: objects(evidence, 'migrations/*'),
    measurements: objects(evidence, 'migrations/*/measurements/*'),
    runs: objects(evidence, 'runs/*'),
    requesters: objects(evidence, 'requesters/*'),
    requests: objects(evidence, 'approvals/*/request.json'),
    votes: objects(evidence, 'approvals/*/votes/*'),
    outcomes: objects(evidence, 'approvals/*/outcome.json'),
    staging: objects(staging, 'runs/*'),
    tokens: objects(staging, 'approvals/*'),

    // The key's own policy names who may: what the roles said beside it would change nothing.
    tokenKey: { value: tokenKey.keyArn, allows: on([], 'kms:Encrypt', 'kms:Decrypt') },
    fingerprintKey: {
      value: fingerprintKey.secretArn,
      allows: on([fingerprintKey.secretArn], 'secretsmanager:GetSecretValue'),
    },
    sourceLogins: {
      allows: on(loginsOf('source'), 'secretsmanager:GetSecretValue', 'secretsmanager:DescribeSecret'),
    },
    targetLogins: {
      allows: on(loginsOf('target'), 'secretsmanager:GetSecretValue', 'secretsmanager:DescribeSecret'),
    },
    apiTokens: { allows: on(apiTokens, 'secretsmanager:GetSecretValue') },
    collectedSecrets: {
      allows: on(
        [...ofCutovers, ...ofRehearsals],
        'secretsmanager:CreateSecret',
        'secretsmanager:PutSecretValue',
        'secretsmanager:GetSecretValue',
        'secretsmanager:DescribeSecret',
      ),
    },
    cutoverSecrets: { allows: on(ofCutovers, 'secretsmanager:GetSecretValue') },
    rehearsalSecrets: { allows: on(ofRehearsals, 'secretsmanager:DeleteSecret') },
    sourceSecrets: {
      allows: {
        ...on(sourceSecrets.filter(isSecret).flatMap(withEnding), 'secretsmanager:GetSecretValue'),
        ...on(
          sourceSecrets.filter((each) => !isSecret(each)),
          'ssm:GetParameter',
        ),
      },
    },
    sourceKeys: {
      // Only through the stores that hold what it encrypts: with the key alone nothing can be read.
      allows: {
        'kms:Decrypt': {
          resources: distinct(migrations.flatMap(({ source }) => source.ecs?.kmsKeyArns ?? [])),
          conditions: {
            StringLike: { 'kms:ViaService': ['secretsmanager.*.amazonaws.com', 'ssm.*.amazonaws.com'] },
          },
        },
      },
    },

    sourceClusters: {
      allows: {
        // ListServices knows no resource: it is held to the cluster by its condition key.
        'ecs:ListServices': {
          resources: sourceClusters.length ? ['*'] : [],
          conditions: { ArnEquals: { 'ecs:cluster': sourceClusters.map((cluster) => arn('ecs', 'cluster', cluster)) } },
        },
        ...on(
          sourceClusters.map((cluster) => arn('ecs', 'service', `${cluster}/*`)),
          'ecs:DescribeServices',
          'ecs:UpdateService',
        ),
      },
    },
    // Neither a resource nor a condition key exists for it.
    taskDefinitions: { allows: on(['*'], 'ecs:DescribeTaskDefinition') },
    // Describing what scales services knows no resource and, unlike changing it, no condition key.
    serviceScaling: {
      allows: on(
        sourceClusters.length > 0 ? ['*'] : [],
        'application-autoscaling:DescribeScalableTargets',
        'application-autoscaling:DescribeScalingPolicies',
        'application-autoscaling:DescribeScheduledActions',
      ),
    },
    // RDS finds no server by its address, so all of the account are listed; nothing can be done to any.
    databaseServers: {
      allows: {
        ...on(servers('db'), 'rds:DescribeDBInstances'),
        ...on(servers('cluster'), 'rds:DescribeDBClusters'),
        ...on([...servers('cluster'), ...servers('db')], 'rds:DescribePendingMaintenanceActions'),
      },
    },
    serverMetrics: { allows: on(migrations.length > 0 ? ['*'] : [], 'cloudwatch:GetMetricData') },
    targetClusters: {
      allows: on(
        targetClusters.map((cluster) => arn('eks', 'cluster', cluster)),
        'eks:DescribeCluster',
        'eks:ListAddons',
      ),
    },
    hostedZones: {
      allows: {
        ...on(zoneArns, 'route53:ListResourceRecordSets', 'route53:GetHostedZone'),
        // Other zones of the same name are found by asking for all: AWS knows no resource for it.
        ...on(zoneArns.length > 0 ? ['*'] : [], 'route53:ListHostedZonesByName'),
        'route53:ChangeResourceRecordSets': {
          resources: zoneArns,
          conditions: {
            'ForAllValues:StringEquals': { 'route53:ChangeResourceRecordSetsNormalizedRecordNames': names },
          },
        },
      },
    },
    // Neither a resource nor a condition key exists for them.
    loadBalancers: {
      allows: on(
        zoneArns.length > 0 ? ['*'] : [],
        'elasticloadbalancing:DescribeLoadBalancers',
        'elasticloadbalancing:DescribeListeners',
        'elasticloadbalancing:DescribeListenerCertificates',
      ),
    },
    // A listener takes certificates of its own account and region alone.
    certificates: {
      allows: on(zoneArns.length > 0 ? [arn('acm', 'certificate', '*')] : [], 'acm:DescribeCertificate'),
    },
    dnsChanges: { allows: on([global('route53', 'change', '*')], 'route53:GetChange') },
    resolvers: { value: settings.resolvers.join(',') },
    mail: {
      value: settings.mailFrom,
      // SES checks the address where that is verified by itself, else its domain.
      allows: on(mailIdentities([settings.mailFrom]), 'ses:SendEmail'),
    },
    mailIdentities: { allows: on(mailIdentities([settings.mailFrom, ...approvers]), 'ses:GetEmailIdentity') },
    mailAccount: { allows: on(approvers.length > 0 ? ['*'] : [], 'ses:GetAccount', 'ses:GetSuppressedDestination') },
    approvalPages: { value: deployed.approvalUrl },

    executions: {
      allows: on(executionsOf(machineNames), 'states:DescribeExecution', 'states:GetExecutionHistory'),
    },
    rehearsalExecutions: {
      allows: on(
        executionsOf([...journeys, 'Preflight', 'CopyDatabase', 'BootTarget']),
        'states:DescribeExecution',
        'states:GetExecutionHistory',
      ),
    },
    holders: { allows: on(executionsOf([...journeys, 'Unwind']), 'states:DescribeExecution') },
    unwindMachine: {
      value: stateMachineArn(scope, 'Unwind'),
      allows: on([stateMachineArn(scope, 'Unwind')], 'states:StartExecution'),
    },
    approvalCallbacks: callbacks(stateMachineArn(scope, 'RequestApproval')),
    copyCallbacks: callbacks(stateMachineArn(scope, 'CopyDatabase')),

    workerImage: { value: deployed.workerImageUri },
    workerCluster: {
      value: workerCluster.clusterArn,
      allows: {
        // ListTasks is asked about container instances, of which Fargate has none to name.
        'ecs:ListTasks': { resources: ['*'], conditions: inCluster(workerCluster.clusterArn) },
        'ecs:StopTask': {
          resources: [arn('ecs', 'task', `${workerCluster.clusterName}/*`)],
          conditions: inCluster(workerCluster.clusterArn),
        },
      },
    },
  };
}

const distinct = (values: readonly (string | undefined)[]): string[] =>
  [...new Set(values.filter((value) => value !== undefined))].sort();

const isSecret = (arn: string): boolean => arn.split(':')[2] === 'secretsmanager';

/** A secret may be named with the six characters that Secrets Manager adds, or without. */
const withEnding = (arn: string): string[] => (arn.endsWith('*') ? [arn] : [arn, `${arn}-??????`]);

const on = (resources: readonly string[], ...actions: readonly Action[]): Record<Action, Grant> =>
  Object.fromEntries(actions.map((action) => [action, { resources }]));

/** A token stands for one task; IAM can say no more than which machine's. */
const callbacks = (machine: string): Binding => ({
  allows: on([machine], 'states:SendTaskSuccess', 'states:SendTaskFailure', 'states:SendTaskHeartbeat'),
});

/**
 * Objects of a bucket whose keys fit a pattern. Whoever may read them and list them is also told that one is not there:
 * without `s3:ListBucket` S3 answers 403 instead of 404, and the request for an object comes without a prefix.
 */
function objects(bucket: s3.IBucket, pattern: string): Binding {
  const keys = [bucket.arnForObjects(pattern)];
  const prefix = { 's3:prefix': [pattern] };
  return {
    value: bucket.bucketName,
    allows: {
      ...on(keys, 's3:GetObject', 's3:PutObject', 's3:DeleteObject'),
      's3:ListBucket': {
        resources: [bucket.bucketArn],
        conditions: { StringLike: prefix },
        beside: { 's3:GetObject': { StringLikeIfExists: prefix } },
      },
    },
  };
}
