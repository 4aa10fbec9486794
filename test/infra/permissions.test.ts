import { readFileSync } from 'node:fs';
import { permissionsFile } from '../../lib/commands/docs.ts';
import { withoutResource } from '../../lib/commands/permissions/without-resource.ts';
import { loadDefinition } from '../../lib/workflow/definition.ts';
import { folderOf, lambdaNames, machineNames, machines, taskNames, tasks } from '../../lib/workflow/registry.ts';
import { named, type Statement, Synthesized, sorted } from './support.ts';

const stack = new Synthesized();

const PLUGS_IN = Object.keys(withoutResource).filter((action) => action.startsWith('ec2:'));

const roles = stack.all('AWS::IAM::Role').map(([id, role]) => ({ id, role, says: stack.statementsOfRole(id) }));
const allows = (says: readonly Statement[]) => says.filter(({ Effect }) => Effect === 'Allow');
const actionsOf = (says: readonly Statement[]) => sorted(allows(says).flatMap(({ actions }) => actions));

describe('every role', () => {
  test.each(roles.map(({ id, says }) => [named(id), says] as const))(
    '%s names its actions, and resources wherever AWS knows some',
    (_, says) => {
      expect(says.length).toBeGreaterThan(0);
      expect(says.flatMap(({ actions }) => actions).filter((action) => action.includes('*'))).toEqual([]);
      const everywhere = allows(says).filter(({ resources }) => resources.includes('*'));
      expect(everywhere.flatMap(({ actions }) => actions).filter((action) => !(action in withoutResource))).toEqual([]);
    },
  );

  test('has no policy but its own', () => {
    const managed = roles.filter(({ role }) => role.Properties.ManagedPolicyArns || role.Properties.Policies);
    expect(managed.map(({ id }) => id)).toEqual([]);
  });

  test('is assumed by one service', () => {
    const services = roles.map(({ role }) => JSON.stringify(role.Properties.AssumeRolePolicyDocument));
    const known = /^[^*]*"Principal":\{"Service":"(lambda|states|ecs-tasks|pods\.eks|events)\.amazonaws\.com"\}[^*]*$/;
    expect(services.filter((document) => !known.test(document))).toEqual([]);
  });

  test('reaches objects by their kind, never a whole bucket', () => {
    const whole = roles.flatMap(({ id, says }) =>
      allows(says)
        .filter(({ actions }) => actions.some((action) => /^s3:(Get|Put|Delete)Object/.test(action)))
        .flatMap(({ resources }) => resources)
        .filter(
          (resource) => !/^<(Evidence|Staging)Bucket\.Arn>\/(migrations|runs|requesters|approvals)\/\*/.test(resource),
        )
        .map((resource) => `${id}: ${resource}`),
    );
    expect(whole).toEqual([]);
  });

  test('lists a bucket only under a prefix', () => {
    const lists = roles.flatMap(({ says }) => allows(says).filter(({ actions }) => actions.includes('s3:ListBucket')));
    expect(lists.length).toBeGreaterThan(0);
    expect(lists.filter(({ Condition }) => !JSON.stringify(Condition).includes('"s3:prefix"'))).toEqual([]);
  });

  test('is held to a cluster where only a condition can', () => {
    const held = roles.flatMap(({ says }) =>
      allows(says).filter(({ actions }) =>
        actions.some((action) => ['ecs:ListServices', 'ecs:ListTasks', 'ecs:RunTask'].includes(action)),
      ),
    );
    expect(held.map(({ Condition }) => Object.keys(Condition?.ArnEquals ?? {}))).toEqual(
      held.map(() => ['ecs:cluster']),
    );
  });
});

describe('the role of a task allows what the registry says, and nothing else', () => {
  test.each(taskNames)('%s', (name) => {
    const task = tasks[name];
    const declared = Object.values(task.uses as Record<string, readonly string[]>).flat();
    const implied = [
      ...(task.kind === 'lambda' ? ['logs:CreateLogStream', 'logs:PutLogEvents'] : []),
      ...('network' in task ? PLUGS_IN : []),
    ];
    // The token key's own policy names who may use it: test/infra/storage.test.ts.
    const byKey = 'tokenKey' in task.uses ? (task.uses.tokenKey as readonly string[]) : [];
    const own = declared.filter((action) => !byKey.includes(action));
    expect(actionsOf(stack.statementsOfRole(stack.roleIdOf(name)))).toEqual(sorted([...own, ...implied]));
  });

  test('code in the private network may not plug itself in', () => {
    for (const name of lambdaNames.filter((task) => 'network' in tasks[task])) {
      const denied = stack.statementsOfRole(stack.roleIdOf(name)).filter(({ Effect }) => Effect === 'Deny');
      expect(denied.map(({ actions, Condition }) => ({ actions: sorted(actions), Condition }))).toEqual([
        { actions: sorted(PLUGS_IN), Condition: { Null: { 'lambda:SourceFunctionArn': 'false' } } },
      ]);
    }
  });
});

describe('a machine may run exactly what its definition names', () => {
  test.each(machineNames)('%s', (name) => {
    const { text } = loadDefinition(name);
    const says = allows(stack.statementsOfRole(stack.roleIdOf(`${name}Machine`)));
    const resourcesOf = (action: string) =>
      sorted(says.filter(({ actions }) => actions.includes(action)).flatMap(({ resources }) => resources));
    const children = machineNames.filter((child) => text.includes(`\${${child}StateMachineArn}`));
    const arn = (child: (typeof machineNames)[number], kind: string) =>
      `arn:<AWS::Partition>:states:<AWS::Region>:<AWS::AccountId>:${kind}:passage-${machines[child].folder}`;
    const dumps = text.includes('${DumpDatabaseTaskDefinitionArn}');

    expect(resourcesOf('lambda:InvokeFunction')).toEqual(
      sorted(
        lambdaNames.filter((task) => text.includes(`\${${task}FunctionArn}`)).map((task) => `<${task}Function.Arn>`),
      ),
    );
    expect(resourcesOf('states:StartExecution')).toEqual(sorted(children.map((child) => arn(child, 'stateMachine'))));
    for (const action of ['states:DescribeExecution', 'states:StopExecution']) {
      expect(resourcesOf(action)).toEqual(sorted(children.map((child) => `${arn(child, 'execution')}:*`)));
    }
    expect(resourcesOf('events:PutRule')).toEqual(
      children.length === 0
        ? []
        : [
            'arn:<AWS::Partition>:events:<AWS::Region>:<AWS::AccountId>:rule/StepFunctionsGetEventsForStepFunctionsExecutionRule',
          ],
    );
    expect(resourcesOf('ecs:RunTask')).toEqual(dumps ? ['<DumpDatabaseDefinition>'] : []);
    expect(resourcesOf('iam:PassRole')).toEqual(
      dumps ? ['<DumpDatabaseDefinitionExecutionRole.Arn>', '<DumpDatabaseRole.Arn>'] : [],
    );
    const others = actionsOf(says).filter((action) => !(action in withoutResource));
    const known =
      /^(lambda:InvokeFunction|states:(Start|Describe|Stop)Execution|events:(PutTargets|PutRule|DescribeRule)|ecs:RunTask|iam:PassRole)$/;
    expect(others.filter((action) => !known.test(action))).toEqual([]);
  });
});

describe('what a name stands for', () => {
  const resourcesOf = (task: string, action: string) =>
    sorted(
      allows(stack.statementsOfRole(stack.roleIdOf(task)))
        .filter(({ actions }) => actions.includes(action))
        .flatMap(({ resources }) => resources),
    );
  const here = '<AWS::Region>:<AWS::AccountId>';

  test.each([
    ['TakeLease', 'ssm:GetParameter', [`arn:<AWS::Partition>:ssm:${here}:parameter/passage/migrations/*`]],
    ['StopSource', 'ecs:UpdateService', [`arn:<AWS::Partition>:ecs:${here}:service/acme-retool-ecs/*`]],
    ['InspectDatabases', 'rds:DescribeDBInstances', [`arn:<AWS::Partition>:rds:${here}:db:*`]],
    ['InspectDatabases', 'rds:DescribeDBClusters', [`arn:<AWS::Partition>:rds:${here}:cluster:*`]],
    [
      'InspectDatabases',
      'rds:DescribePendingMaintenanceActions',
      ['cluster', 'db'].map((kind) => `arn:<AWS::Partition>:rds:${here}:${kind}:*`),
    ],
    ['StartTarget', 'eks:DescribeCluster', [`arn:<AWS::Partition>:eks:${here}:cluster/acme-retool-eks`]],
    ['ChangeDns', 'route53:ChangeResourceRecordSets', ['arn:<AWS::Partition>:route53:::hostedzone/Z0ACMEEXAMPLE']],
    ['CheckDnsChange', 'route53:GetChange', ['arn:<AWS::Partition>:route53:::change/*']],
    ['CollectDns', 'acm:DescribeCertificate', [`arn:<AWS::Partition>:acm:${here}:certificate/*`]],
    [
      'CollectSource',
      'secretsmanager:CreateSecret',
      ['collected', 'rehearsals'].map(
        (kind) => `arn:<AWS::Partition>:secretsmanager:${here}:secret:passage/acme-retool/${kind}/*`,
      ),
    ],
    ['CollectSource', 'ssm:GetParameter', ['arn:aws:ssm:eu-west-1:123456789012:parameter/acme-retool/*']],
    [
      'EmptyStaging',
      'secretsmanager:DeleteSecret',
      [`arn:<AWS::Partition>:secretsmanager:${here}:secret:passage/acme-retool/rehearsals/*`],
    ],
    [
      'FenceSource',
      'secretsmanager:GetSecretValue',
      [`arn:<AWS::Partition>:secretsmanager:${here}:secret:passage/acme-retool/source-login-??????`],
    ],
    [
      'DecideApproval',
      'states:SendTaskSuccess',
      [`arn:<AWS::Partition>:states:${here}:stateMachine:passage-request-approval`],
    ],
    [
      'DumpDatabase',
      'states:SendTaskHeartbeat',
      [`arn:<AWS::Partition>:states:${here}:stateMachine:passage-copy-database`],
    ],
    [
      'BeginUnwind',
      'states:DescribeExecution',
      ['retool-ecs-to-eks', 'unwind'].map(
        (machine) => `arn:<AWS::Partition>:states:${here}:execution:passage-${machine}:*`,
      ),
    ],
    [
      'ProveFence',
      'secretsmanager:GetSecretValue',
      ['collected/*', 'source-login-??????'].map(
        (name) => `arn:<AWS::Partition>:secretsmanager:${here}:secret:passage/acme-retool/${name}`,
      ),
    ],
    ['CastVote', 's3:PutObject', ['<EvidenceBucket.Arn>/approvals/*/votes/*']],
    ['RecordRequester', 's3:PutObject', ['<EvidenceBucket.Arn>/requesters/*']],
    [
      'OpenApproval',
      'ses:SendEmail',
      ['example.com', 'passage@example.com'].map((identity) => `arn:<AWS::Partition>:ses:${here}:identity/${identity}`),
    ],
  ])('%s may %s on what the migrations and settings name', (task, action, resources) => {
    expect(resourcesOf(task, action)).toEqual(resources);
  });

  test('only the records of the migrations may be changed', () => {
    const [change] = allows(stack.statementsOfRole(stack.roleIdOf('ChangeDns'))).filter(({ actions }) =>
      actions.includes('route53:ChangeResourceRecordSets'),
    );
    expect(change?.Condition).toEqual({
      'ForAllValues:StringEquals': {
        'route53:ChangeResourceRecordSetsNormalizedRecordNames': ['retool.acme.example.com'],
      },
    });
  });

  test('without a migration nothing outside of Passage is reached', () => {
    const empty = new Synthesized([]);
    const outside = empty
      .all('AWS::IAM::Role')
      .flatMap(([id]) => allows(empty.statementsOfRole(id)))
      .flatMap(({ actions }) => actions)
      .filter((action) =>
        /^(eks:|ecs:UpdateService|ecs:ListServices|application-autoscaling:|rds:|cloudwatch:|route53:Change|elasticloadbalancing:|acm:)/.test(
          action,
        ),
      );
    expect(outside).toEqual([]);
  });
});

test('each task that Kubernetes knows has an access entry in each target cluster, with its group and no other', () => {
  const entries = stack.all('AWS::EKS::AccessEntry').map(([, { Properties }]) => ({
    cluster: Properties.ClusterName,
    role: named(JSON.stringify(Properties.PrincipalArn).match(/"(\w+Role)\w{8}"/)?.[1] ?? ''),
    groups: Properties.KubernetesGroups,
  }));
  const expected = lambdaNames.flatMap((name) => {
    const task = tasks[name];
    return 'kubernetes' in task ? [{ cluster: 'acme-retool-eks', role: `${name}Role`, groups: [task.kubernetes] }] : [];
  });
  expect(entries).toEqual(expect.arrayContaining(expected));
  expect(entries).toHaveLength(expected.length);
});

test('functions are named after their folders', () => {
  const names = stack.all('AWS::Lambda::Function').map(([, { Properties }]) => Properties.FunctionName);
  expect(sorted(names as string[])).toEqual(sorted(lambdaNames.map((name) => `passage-${folderOf(name)}`)));
});

describe('docs/permissions.md', () => {
  const { path, text } = permissionsFile(stack.resources);

  test('is what the template says; `node bin/docs.ts` writes it', () => {
    expect(readFileSync(path, 'utf8')).toBe(text);
  });

  test('has each role, and every action that one may take', () => {
    const lines = text.split('\n').filter((line) => line.startsWith('| '));
    const cells = new Set(lines.flatMap((line) => line.slice(2, -2).split(/ \| |<br>/)));
    const missing = roles.flatMap(({ says }) => actionsOf(says)).filter((action) => !cells.has(`\`${action}\``));
    expect(missing).toEqual([]);
    expect(lines.filter((line) => line.startsWith('| **'))).toHaveLength(roles.length);
    expect(text).not.toContain('no reason is given');
  });
});

test('docs/deployment.md counts what the template has', () => {
  const text = readFileSync(new URL('../../docs/deployment.md', import.meta.url), 'utf8');
  const count = (type: string) => stack.all(type).length;
  const functions = stack.all('AWS::Lambda::Function');
  const inNetwork = functions.filter(([, { Properties }]) => 'VpcConfig' in Properties).length;
  const told = [
    `${count('AWS::StepFunctions::StateMachine')} state machines, ${functions.length} functions, ${roles.length} roles, ${count('AWS::Events::Rule')} rules`,
    `Deploying creates ${roles.length} roles`,
    `for ${inNetwork} functions and the task that dumps`,
    `makes ${count('AWS::EKS::AccessEntry')}\n  for each target cluster`,
    `${count('AWS::Logs::LogGroup')} log groups, kept for 90 days`,
  ];
  expect(told.filter((sentence) => !text.includes(sentence))).toEqual([]);
});
