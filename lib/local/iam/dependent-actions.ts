import { type Authorize, AwsError, type ConditionKeys, type Principal } from '../wire/endpoint.ts';

/** An action that AWS evaluates because of another, by the permissions of the same role unless the occasion says otherwise. */
interface DependentAction {
  readonly action: string;
  /** `{name}` stands for what the occasion tells; a row whose names are not told does not apply. */
  readonly resource: string;
  /** Condition keys, filled in the same way. */
  readonly keys?: Readonly<Record<string, string>>;
}

const on = (resource: string, keys: DependentAction['keys'], ...actions: string[]): readonly DependentAction[] =>
  actions.map((action) => ({ action, resource, ...(keys && { keys }) }));

/**
 * What one call, or one thing that a service does by itself, takes beside the permission of its own name. Reviewed by
 * hand, since no machine-readable source has it: each row with where AWS says so. An API call that is not here needs the
 * action of its name; the services in lib/local ask for that themselves.
 */
export const dependentActions = {
  // A function's log is written with the function's role.
  // https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html (AWSLambdaBasicExecutionRole)
  'lambda: a sandbox starts': on('{logStream}', undefined, 'logs:CreateLogStream', 'logs:PutLogEvents'),

  // Lambda itself makes the network interfaces, with the function's role and without lambda:SourceFunctionArn.
  // https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions
  'lambda: a function joins a network': on(
    '*',
    undefined,
    'ec2:CreateNetworkInterface',
    'ec2:DescribeNetworkInterfaces',
    'ec2:DescribeSubnets',
    'ec2:DeleteNetworkInterface',
    'ec2:AssignPrivateIpAddresses',
    'ec2:UnassignPrivateIpAddresses',
  ),

  // Whoever runs a task hands its two roles over to it.
  // https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html#specify-task-iam-roles
  // https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerservice.html (RunTask)
  'ecs: a role is handed to a task': on('{role}', { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' }, 'iam:PassRole'),

  // The agent pulls the image and opens the log with the execution role.
  // https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html
  // https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-policy-examples.html (what a pull takes)
  'ecs: a task pulls its image': [
    ...on('*', undefined, 'ecr:GetAuthorizationToken'),
    ...on(
      '{repository}',
      undefined,
      'ecr:BatchCheckLayerAvailability',
      'ecr:GetDownloadUrlForLayer',
      'ecr:BatchGetImage',
    ),
  ],
  'ecs: a task opens its log': on('{logStream}', undefined, 'logs:CreateLogStream', 'logs:PutLogEvents'),

  // Step Functions tries the delivery of logs with the machine's role when the machine is made.
  // https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html#cloudwatch-iam-policy
  'states: a machine that logs is made': on(
    '*',
    undefined,
    'logs:CreateLogDelivery',
    'logs:GetLogDelivery',
    'logs:UpdateLogDelivery',
    'logs:DeleteLogDelivery',
    'logs:ListLogDeliveries',
    'logs:PutResourcePolicy',
    'logs:DescribeResourcePolicies',
    'logs:DescribeLogGroups',
  ),

  // https://docs.aws.amazon.com/step-functions/latest/dg/concepts-xray-tracing.html#xray-iam
  'states: a machine that traces is made': on(
    '*',
    undefined,
    'xray:PutTraceSegments',
    'xray:PutTelemetryRecords',
    'xray:GetSamplingRules',
    'xray:GetSamplingTargets',
  ),

  // Whoever makes a machine, or tests a state of one, hands its role over to it.
  // https://docs.aws.amazon.com/step-functions/latest/dg/procedure-create-iam-role.html
  // https://docs.aws.amazon.com/step-functions/latest/dg/test-state-isolation.html#test-state-permissions
  'states: a role is handed to a machine': on(
    '{role}',
    { 'iam:PassedToService': 'states.amazonaws.com' },
    'iam:PassRole',
  ),

  // `.sync` is told of the child's end by a managed rule, and looks for itself.
  // https://docs.aws.amazon.com/step-functions/latest/dg/connect-stepfunctions.html#sync-async-iam-policies
  'states: a machine waits for another': [
    ...on('{managedRule}', undefined, 'events:PutTargets', 'events:PutRule', 'events:DescribeRule'),
    ...on('{execution}', undefined, 'states:DescribeExecution'),
  ],
  'states: a machine that waits for another is stopped': on('{execution}', undefined, 'states:StopExecution'),

  // A secret under a key of the customer's own is opened with the caller's permission, by way of the service.
  // https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html (Permissions for the KMS key)
  // https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html (Encryption context)
  'secretsmanager: a secret is opened': on(
    '{key}',
    {
      'kms:ViaService': 'secretsmanager.{region}.amazonaws.com',
      'kms:CallerAccount': '{account}',
      'kms:EncryptionContext:SecretARN': '{secret}',
    },
    'kms:Decrypt',
  ),
  'secretsmanager: a secret is kept': on(
    '{key}',
    {
      'kms:ViaService': 'secretsmanager.{region}.amazonaws.com',
      'kms:CallerAccount': '{account}',
      'kms:EncryptionContext:SecretARN': '{secret}',
    },
    'kms:GenerateDataKey',
    'kms:Decrypt',
  ),

  // https://docs.aws.amazon.com/systems-manager/latest/userguide/secure-string-parameter-kms-encryption.html
  // https://docs.aws.amazon.com/kms/latest/developerguide/services-parameter-store.html (a standard parameter is encrypted by KMS itself)
  // The key alias/aws/ssm, which parameters have unless told otherwise, is open to the whole account by its own policy.
  'ssm: a SecureString is opened': on(
    '{key}',
    {
      'kms:ViaService': 'ssm.{region}.amazonaws.com',
      'kms:CallerAccount': '{account}',
      'kms:EncryptionContext:PARAMETER_ARN': '{parameter}',
    },
    'kms:Decrypt',
  ),
  'ssm: a SecureString is kept': on(
    '{key}',
    {
      'kms:ViaService': 'ssm.{region}.amazonaws.com',
      'kms:CallerAccount': '{account}',
      'kms:EncryptionContext:PARAMETER_ARN': '{parameter}',
    },
    'kms:Encrypt',
  ),
} as const satisfies Readonly<Record<string, readonly DependentAction[]>>;

export type Occasion = keyof typeof dependentActions;

/** The calls that an occasion makes, filled with what it tells. */
export function dependentCalls(
  occasion: Occasion,
  told: Readonly<Record<string, string | undefined>>,
): readonly { readonly action: string; readonly resource: string; readonly keys: ConditionKeys }[] {
  const rows: readonly DependentAction[] = dependentActions[occasion];
  return rows.flatMap(({ action, resource, keys = {} }) => {
    const texts = [resource, ...Object.values(keys)];
    const missing = texts.some((text) => [...text.matchAll(/\{(\w+)\}/g)].some(([, name = '']) => !told[name]));
    if (missing) return [];
    const fill = (text: string) => text.replace(/\{(\w+)\}/g, (_, name: string) => told[name] ?? '');
    const filled = Object.entries(keys).map(([key, value]) => [key, fill(value)] as const);
    return [{ action, resource: fill(resource), keys: Object.fromEntries(filled) }];
  });
}

/** Throws unless `principal` may do all that the occasion takes. */
export function authorizeDependents(
  authorize: Authorize,
  principal: Principal,
  occasion: Occasion,
  told: Readonly<Record<string, string | undefined>>,
): void {
  for (const { action, resource, keys } of dependentCalls(occasion, told)) authorize(principal, action, resource, keys);
}

/** The same for what AWS tries and, refused, does without: a function runs whose log may not be written. The record tells. */
export function tryDependents(
  authorize: Authorize,
  principal: Principal,
  occasion: Occasion,
  told: Readonly<Record<string, string | undefined>>,
): void {
  for (const { action, resource, keys } of dependentCalls(occasion, told)) {
    try {
      authorize(principal, action, resource, keys);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
    }
  }
}
