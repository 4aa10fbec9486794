import { z } from 'zod';
import { lambda } from '../task.ts';
import { Looking, readsLedger } from './lease.ts';

const Summary = z.strictObject({ document: z.string() });
/** With which inspecting ends where a database cannot be looked into; what else was collected is judged all the same. */
const refusals = [
  'SourceUnreachable',
  'SourceLoginRefused',
  'TargetUnreachable',
  'TargetLoginRefused',
  'PoolerEndpoint',
  'SourceRightsMissing',
  'TargetRightsMissing',
  'FieldTooLarge',
  'SecretUnavailable',
] as const;
export const Refusal = z.strictObject({ name: z.enum(refusals), message: z.string() });
export type Refusal = z.infer<typeof Refusal>;

const writesEvidence = ['s3:GetObject', 's3:PutObject'] as const;

export const CollectSource = lambda({
  summary:
    'Finds the application on ECS by SERVICE_TYPE; its secrets go to Secrets Manager, ARNs and fingerprints come back.',
  input: Looking,
  output: Summary,
  throws: ['SourceNotFound', 'SecretUnavailable', 'ConfigurationInvalid', 'LeaseLost', 'ServiceUnavailable'],
  uses: {
    ...readsLedger,
    runs: writesEvidence,
    sourceClusters: ['ecs:ListServices', 'ecs:DescribeServices'],
    taskDefinitions: ['ecs:DescribeTaskDefinition'],
    serviceScaling: [
      'application-autoscaling:DescribeScalableTargets',
      'application-autoscaling:DescribeScalingPolicies',
      'application-autoscaling:DescribeScheduledActions',
    ],
    sourceLogins: ['secretsmanager:GetSecretValue', 'secretsmanager:DescribeSecret'],
    collectedSecrets: [
      'secretsmanager:CreateSecret',
      'secretsmanager:PutSecretValue',
      'secretsmanager:GetSecretValue',
      'secretsmanager:DescribeSecret',
    ],
    rehearsalSecrets: ['secretsmanager:DeleteSecret'],
    sourceSecrets: ['secretsmanager:GetSecretValue', 'ssm:GetParameter'],
    sourceKeys: ['kms:Decrypt'],
    fingerprintKey: ['secretsmanager:GetSecretValue'],
  },
  timeoutSeconds: 60,
});

export const CollectTarget = lambda({
  summary:
    'Reads the target cluster: deployments by label, database address, gate, and the fingerprint of its encryption key.',
  input: Looking,
  output: Summary,
  throws: ['SecretUnavailable', 'ConfigurationInvalid', 'LeaseLost', 'ServiceUnavailable'],
  uses: {
    ...readsLedger,
    runs: writesEvidence,
    targetClusters: ['eks:DescribeCluster', 'eks:ListAddons'],
    targetLogins: ['secretsmanager:GetSecretValue', 'secretsmanager:DescribeSecret'],
    fingerprintKey: ['secretsmanager:GetSecretValue'],
  },
  network: 'private',
  kubernetes: 'passage:reader',
  timeoutSeconds: 60,
});

export const CollectDns = lambda({
  summary:
    'Reads the record sets of the name that users type, who else answers for it, and the load balancers on both sides.',
  input: Looking,
  output: Summary,
  throws: ['ConfigurationInvalid', 'LeaseLost', 'ServiceUnavailable'],
  uses: {
    ...readsLedger,
    runs: writesEvidence,
    hostedZones: ['route53:ListResourceRecordSets', 'route53:GetHostedZone', 'route53:ListHostedZonesByName'],
    loadBalancers: [
      'elasticloadbalancing:DescribeLoadBalancers',
      'elasticloadbalancing:DescribeListeners',
      'elasticloadbalancing:DescribeListenerCertificates',
    ],
    certificates: ['acm:DescribeCertificate'],
    resolvers: [],
  },
  timeoutSeconds: 60,
});

export const CollectMail = lambda({
  summary: 'Asks SES whether it sends mail from the configured address to each approver. Sends nothing.',
  input: Looking,
  output: Summary,
  throws: ['ConfigurationInvalid', 'LeaseLost', 'ServiceUnavailable'],
  uses: {
    ...readsLedger,
    runs: writesEvidence,
    mail: [],
    mailIdentities: ['ses:GetEmailIdentity'],
    mailAccount: ['ses:GetAccount', 'ses:GetSuppressedDestination'],
  },
  timeoutSeconds: 60,
});

export const InspectDatabases = lambda({
  summary:
    'Reads both databases and what RDS says of their servers: version, size and room, tables, extensions, settings, rights, and which key encrypted what is stored.',
  input: Looking,
  /** No document where nobody says where one of them is; preflight stops by that. */
  output: z.strictObject({ document: z.string().nullable() }),
  throws: [...refusals, 'ConfigurationInvalid', 'LeaseLost', 'ServiceUnavailable'],
  uses: {
    ...readsLedger,
    runs: writesEvidence,
    sourceLogins: ['secretsmanager:GetSecretValue'],
    targetLogins: ['secretsmanager:GetSecretValue'],
    fingerprintKey: ['secretsmanager:GetSecretValue'],
    databaseServers: ['rds:DescribeDBInstances', 'rds:DescribeDBClusters', 'rds:DescribePendingMaintenanceActions'],
    serverMetrics: ['cloudwatch:GetMetricData'],
  },
  network: 'private',
  timeoutSeconds: 120,
});

export const RunPreflight = lambda({
  summary:
    'Runs every check over what was collected; a BLOCKER stops here, and in the last look a world that is no longer what was approved.',
  /** `refused`: why the databases could not be looked into. The machine ends with that, once the rest is judged. */
  input: Looking.extend({ refused: Refusal.optional() }),
  output: z.strictObject({ document: z.string(), warnings: z.int() }),
  throws: ['PreflightBlocked', 'WorldChanged', 'LeaseLost', 'ServiceUnavailable'],
  uses: {
    ...readsLedger,
    runs: ['s3:GetObject', 's3:PutObject', 's3:ListBucket'],
    measurements: ['s3:GetObject', 's3:ListBucket'],
  },
  timeoutSeconds: 30,
});
