import type { Assembly } from '../../../lib/local/assembly/assembly.ts';
import type { FunctionModel } from '../../../lib/local/assembly/compute.ts';
import { systemClock } from '../../../lib/local/clock.ts';
import { createCredentials } from '../../../lib/local/iam/credentials.ts';
import { type Authorize, AwsError, type ConditionKeys } from '../../../lib/local/wire/endpoint.ts';
import { ACCOUNT } from '../../../lib/local/world/account.ts';
import { rolesOf } from '../../../lib/local/world/roles.ts';

const here = `${ACCOUNT.region}:${ACCOUNT.accountId}`;
const role = `arn:aws:iam::${ACCOUNT.accountId}:role/Worker`;
const session = (name: string) => `arn:aws:sts::${ACCOUNT.accountId}:assumed-role/Worker/${name}`;
const arn = `arn:aws:lambda:${here}:function:greet`;
const model = { name: 'greet', arn, roleArn: role, logGroup: '/aws/lambda/greet', inNetwork: true } as FunctionModel;

/** What was asked of IAM, as `who action resource`; `refuses` are actions that are refused. */
function world(...refuses: string[]) {
  const asked: string[] = [];
  const keysOf: ConditionKeys[] = [];
  const authorize: Authorize = ({ arn: who }, action, resource, keys = {}) => {
    asked.push(`${who} ${action} ${resource}`);
    keysOf.push(keys);
    if (refuses.includes(action)) throw new AwsError('AccessDeniedException', 403, action);
  };
  const credentials = createCredentials({ clock: systemClock, accountId: ACCOUNT.accountId });
  const roles = rolesOf(() => ({ functions: [model] }) as unknown as Assembly, { credentials, authorize });
  const principalOf = (environment: Readonly<Record<string, string>>) =>
    credentials.find(environment.AWS_ACCESS_KEY_ID ?? '')?.principal;
  return { asked, keysOf, roles, principalOf };
}

test('Lambda uses a role that trusts it, writes the log and joins the network by it, before the function has it', () => {
  const { asked, roles, principalOf } = world();
  const keys = roles.ofFunction(role, 'greet');
  expect(asked.slice(0, 4)).toEqual([
    `lambda.amazonaws.com sts:AssumeRole ${role}`,
    `${session('greet')} logs:CreateLogStream arn:aws:logs:${here}:log-group:/aws/lambda/greet:log-stream:greet`,
    `${session('greet')} logs:PutLogEvents arn:aws:logs:${here}:log-group:/aws/lambda/greet:log-stream:greet`,
    `${session('greet')} ec2:CreateNetworkInterface *`,
  ]);
  // What the function itself asks is told apart: its code may not plug itself in.
  expect(principalOf(keys)).toMatchObject({ arn: session('greet'), keys: { 'lambda:SourceFunctionArn': arn } });
});

test('a role that does not trust the service is not used; a log that may not be written stops no function', () => {
  expect(() => world('sts:AssumeRole').roles.ofFunction(role, 'greet')).toThrow('sts:AssumeRole');
  expect(() => world('sts:AssumeRole').roles.ofTask(role, 'task')).toThrow('sts:AssumeRole');
  expect(world('logs:PutLogEvents').roles.ofFunction(role, 'greet')).toHaveProperty('AWS_SESSION_TOKEN');
  expect(() => world('ec2:CreateNetworkInterface').roles.ofFunction(role, 'greet')).toThrow('ec2:');
});

test('Pod Identity names cluster, namespace, account and pod in the tags of the session', () => {
  const { asked, keysOf, roles, principalOf } = world();
  const identity = { clusterName: 'target', namespace: 'passage', serviceAccount: 'restore', roleArn: role };
  const keys = roles.ofPod(identity, 'restore-1');
  expect(asked).toEqual([
    `pods.eks.amazonaws.com sts:AssumeRole ${role}`,
    `pods.eks.amazonaws.com sts:TagSession ${role}`,
  ]);
  expect(keysOf[0]).toMatchObject({ 'aws:RequestTag/kubernetes-service-account': 'restore' });
  expect(principalOf(keys)).toMatchObject({
    arn: session('eks-restore-1'),
    keys: { 'aws:PrincipalTag/kubernetes-namespace': 'passage', 'aws:PrincipalTag/eks-cluster-name': 'target' },
  });
});

test('ECS pulls from a repository of ECR and opens the log with the execution role', () => {
  const { asked, roles } = world();
  const log = { logDriver: 'awslogs', options: { 'awslogs-group': 'g', 'awslogs-stream-prefix': 'p' } } as const;
  const image = `${ACCOUNT.accountId}.dkr.ecr.${ACCOUNT.region}.amazonaws.com/copier:1`;
  roles.useExecutionRole(role, 'task', { name: 'worker', image, logConfiguration: log });
  const self = session('task');
  expect(asked).toEqual([
    `ecs-tasks.amazonaws.com sts:AssumeRole ${role}`,
    `${self} ecr:GetAuthorizationToken *`,
    ...['BatchCheckLayerAvailability', 'GetDownloadUrlForLayer', 'BatchGetImage'].map(
      (action) => `${self} ecr:${action} arn:aws:ecr:${here}:repository/copier`,
    ),
    ...['CreateLogStream', 'PutLogEvents'].map(
      (action) => `${self} logs:${action} arn:aws:logs:${here}:log-group:g:log-stream:p/worker/task`,
    ),
  ]);
  const public_ = world();
  public_.roles.useExecutionRole(role, 'task', { name: 'worker', image: 'tryretool/backend:3' });
  expect(public_.asked).toHaveLength(1);
});

test('a machine that logs and traces asks for both when it is made', () => {
  const { asked, roles } = world();
  const machine = { name: 'copy', arn: 'arn', roleArn: role, definition: '{}' };
  roles.useMachineRole({ ...machine, logs: false, traces: true });
  expect(asked).toEqual([
    `states.amazonaws.com sts:AssumeRole ${role}`,
    ...['PutTraceSegments', 'PutTelemetryRecords', 'GetSamplingRules', 'GetSamplingTargets'].map(
      (action) => `${session('copy')} xray:${action} *`,
    ),
  ]);
});
