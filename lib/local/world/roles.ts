import type { ContainerDefinition } from '@aws-sdk/client-ecs';
import type { Assembly } from '../assembly/assembly.ts';
import type { PodIdentity } from '../assembly/cluster-access.ts';
import type { StateMachine } from '../assembly/compute.ts';
import { type Credentials, keysEnvironment, sessionArn } from '../iam/credentials.ts';
import { authorizeDependents, tryDependents } from '../iam/dependent-actions.ts';
import type { Authorize, ConditionKeys, Principal } from '../wire/endpoint.ts';
import { ACCOUNT } from './account.ts';

/** How AWS's services use the roles that they are given: only where a role trusts them, and for what they do by it. */
export interface Roles {
  /** The environment of a function's sandbox. */
  ofFunction(roleArn: string, name: string): Readonly<Record<string, string>>;
  /** The environment of a task's containers. */
  ofTask(roleArn: string, taskId: string): Readonly<Record<string, string>>;
  /** The environment of a pod's containers. */
  ofPod(identity: PodIdentity, pod: string): Readonly<Record<string, string>>;
  /** Before a container of a task starts. */
  useExecutionRole(roleArn: string, taskId: string, container: ContainerDefinition): void;
  /** When a state machine is made. */
  useMachineRole(machine: StateMachine): void;
}

export function rolesOf(
  assembly: () => Assembly,
  { credentials, authorize }: { readonly credentials: Credentials; readonly authorize: Authorize },
): Roles {
  const logStream = (group: string, stream: string) =>
    `arn:aws:logs:${ACCOUNT.region}:${ACCOUNT.accountId}:log-group:${group}:log-stream:${stream}`;
  return {
    ofFunction(roleArn, name) {
      trusted(authorize, roleArn, 'lambda.amazonaws.com');
      const self: Principal = { arn: sessionArn(roleArn, name), roleArn };
      const model = assembly().functions.find((each) => each.name === name);
      if (model) {
        tryDependents(authorize, self, 'lambda: a sandbox starts', { logStream: logStream(model.logGroup, name) });
        if (model.inNetwork) authorizeDependents(authorize, self, 'lambda: a function joins a network', {});
      }
      // What the function's own code asks is told apart from what Lambda asks by the same role.
      const keys = model && { 'lambda:SourceFunctionArn': model.arn };
      return keysEnvironment(credentials.mint(roleArn, name, keys && { keys }));
    },
    ofTask(roleArn, taskId) {
      trusted(authorize, roleArn, 'ecs-tasks.amazonaws.com');
      return keysEnvironment(credentials.mint(roleArn, taskId));
    },
    ofPod({ clusterName, namespace, serviceAccount, roleArn }, pod) {
      // https://docs.aws.amazon.com/eks/latest/userguide/pod-id-abac.html
      const tags = {
        'eks-cluster-name': clusterName,
        'eks-cluster-arn': `arn:aws:eks:${ACCOUNT.region}:${ACCOUNT.accountId}:cluster/${clusterName}`,
        'kubernetes-namespace': namespace,
        'kubernetes-service-account': serviceAccount,
        'kubernetes-pod-name': pod,
      };
      const keyed = (prefix: string): ConditionKeys =>
        Object.fromEntries(Object.entries(tags).map(([name, value]) => [`${prefix}/${name}`, value]));
      trusted(authorize, roleArn, 'pods.eks.amazonaws.com', keyed('aws:RequestTag'));
      trusted(authorize, roleArn, 'pods.eks.amazonaws.com', keyed('aws:RequestTag'), 'sts:TagSession');
      const session = `eks-${pod}`.slice(0, 64);
      return keysEnvironment(credentials.mint(roleArn, session, { keys: keyed('aws:PrincipalTag') }));
    },
    useExecutionRole(roleArn, taskId, { image = '', name = '', logConfiguration }) {
      trusted(authorize, roleArn, 'ecs-tasks.amazonaws.com');
      const self: Principal = { arn: sessionArn(roleArn, taskId), roleArn };
      const [, account, region, repository] = /^(\d+)\.dkr\.ecr\.([^.]+)\.[^/]+\/([^:@]+)/.exec(image) ?? [];
      if (repository) {
        const told = { repository: `arn:aws:ecr:${region}:${account}:repository/${repository}` };
        authorizeDependents(authorize, self, 'ecs: a task pulls its image', told);
      }
      const { 'awslogs-group': group, 'awslogs-stream-prefix': prefix } = logConfiguration?.options ?? {};
      if (group) {
        const told = { logStream: logStream(group, `${prefix}/${name}/${taskId}`) };
        authorizeDependents(authorize, self, 'ecs: a task opens its log', told);
      }
    },
    useMachineRole({ arn, name, roleArn, logs, traces }) {
      // CDK's own trust policies ask for it.
      trusted(authorize, roleArn, 'states.amazonaws.com', { 'aws:SourceArn': arn });
      const self: Principal = { arn: sessionArn(roleArn, name), roleArn };
      if (logs) authorizeDependents(authorize, self, 'states: a machine that logs is made', {});
      if (traces) authorizeDependents(authorize, self, 'states: a machine that traces is made', {});
    },
  };
}

/** Throws unless the role's trust policy lets the service in. */
export function trusted(
  authorize: Authorize,
  roleArn: string,
  service: string,
  keys: ConditionKeys = {},
  action = 'sts:AssumeRole',
): void {
  authorize({ arn: service }, action, roleArn, { 'aws:SourceAccount': ACCOUNT.accountId, ...keys });
}
