import { folderOf, lambdaNames, machineNames, machines, taskNames, tasks } from '../../lib/workflow/registry.ts';
import { type ThingName, things } from '../../lib/workflow/things.ts';
import { named, type Resource, Synthesized, sorted, text } from './support.ts';

const stack = new Synthesized();
const variablesOf = (uses: object): string[] =>
  Object.keys(uses).flatMap((thing) => {
    const { variable } = things[thing as ThingName] as { variable?: string };
    return variable ? [variable] : [];
  });
const functionOf = (name: string): Resource => stack.one('AWS::Lambda::Function', `${name}Function`)[1];
const variables = (resource: Resource) =>
  (resource.Properties.Environment as { Variables: Record<string, unknown> }).Variables;

describe('the function of a task', () => {
  test.each(lambdaNames)('%s is told what the registry says, and runs as long and where it says', (name) => {
    const task = tasks[name];
    const resource = functionOf(name);
    expect(sorted(Object.keys(variables(resource)))).toEqual(sorted(['NODE_OPTIONS', ...variablesOf(task.uses)]));
    expect(resource.Properties).toMatchObject({
      Handler: `${folderOf(name)}.handler`,
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Timeout: task.timeoutSeconds,
      Description: task.summary,
    });
    expect(Boolean(resource.Properties.VpcConfig)).toBe('network' in task);
  });

  test('all share one piece of code', () => {
    const code = stack.all('AWS::Lambda::Function').map(([, { Properties }]) => JSON.stringify(Properties.Code));
    expect(new Set(code).size).toBe(1);
  });

  test('a value is the thing itself', () => {
    const told = (name: string, variable: string) => text(variables(functionOf(name))[variable]);
    expect(told('TakeLease', 'PASSAGE_CONFIGURATION_PATH')).toBe('/passage/migrations/');
    expect(told('TakeLease', 'PASSAGE_EVIDENCE_BUCKET')).toBe('<EvidenceBucket>');
    expect(told('EmptyStaging', 'PASSAGE_STAGING_BUCKET')).toBe('<StagingBucket>');
    expect(told('OpenApproval', 'PASSAGE_APPROVAL_URL')).toBe('<ApprovalsApi.ApiEndpoint>');
    expect(told('OpenApproval', 'PASSAGE_MAIL_FROM')).toBe('passage@example.com');
    expect(told('ProveDns', 'PASSAGE_RESOLVERS')).toBe('9.9.9.9,1.1.1.1:53');
    expect(told('StopWorkers', 'PASSAGE_WORKER_CLUSTER')).toBe('<Workers.Arn>');
    expect(told('StartRestore', 'PASSAGE_WORKER_IMAGE')).toMatch(/\.dkr\.ecr\..*:[0-9a-f]{64}$/);
    expect(told('ReconcileRuns', 'PASSAGE_UNWIND_MACHINE_ARN')).toMatch(/:stateMachine:passage-unwind$/);
  });

  test('no variable holds a secret', () => {
    const values = stack.all('AWS::Lambda::Function').flatMap(([, resource]) => Object.values(variables(resource)));
    expect(values.filter((value) => JSON.stringify(value).includes('resolve:secretsmanager'))).toEqual([]);
  });
});

describe('the workers', () => {
  test('the dump is a Fargate task with the size that the registry says', () => {
    const [, definition] = stack.one('AWS::ECS::TaskDefinition');
    expect(definition.Properties).toMatchObject({
      Family: 'passage-dump-database',
      Cpu: String(tasks.DumpDatabase.vcpu * 1024),
      Memory: String(tasks.DumpDatabase.memoryMegabytes),
      ContainerDefinitions: [{ Name: 'worker', Command: ['dump'] }],
    });
    const [container] = definition.Properties.ContainerDefinitions as [{ Environment: { Name: string }[] }];
    expect(container.Environment.map(({ Name }) => Name)).toEqual(variablesOf(tasks.DumpDatabase.uses));
  });

  test('the restore has an identity in each target cluster', () => {
    expect(
      taskNames.filter((name) => {
        const task = tasks[name];
        return task.kind === 'worker' && task.runsOn === 'pod';
      }),
    ).toEqual(['RestoreDatabase']);
    const [, association] = stack.one('AWS::EKS::PodIdentityAssociation');
    expect(association.Properties).toMatchObject({
      ClusterName: 'acme-retool-eks',
      Namespace: 'passage',
      ServiceAccount: 'passage-restore',
    });
    expect(text(association.Properties.RoleArn)).toBe('<RestoreDatabaseRole.Arn>');
  });

  test('databases and clusters let the tasks in, and nobody else through Passage', () => {
    const ingress = stack
      .all('AWS::EC2::SecurityGroupIngress')
      .map(([, { Properties }]) => [
        Properties.GroupId,
        Properties.FromPort,
        Properties.ToPort,
        text(Properties.SourceSecurityGroupId),
      ]);
    expect(ingress).toEqual([
      ['sg-0123456789abcdef0', 5432, 5432, '<NetworkSecurityGroup.GroupId>'],
      ['sg-0123456789abcdef1', 443, 443, '<NetworkSecurityGroup.GroupId>'],
    ]);
    expect(stack.one('AWS::EC2::SecurityGroup')[1].Properties).not.toHaveProperty('SecurityGroupIngress');
  });
});

describe('a state machine', () => {
  test.each(machineNames)('%s has a known name, keeps its log without inputs, and traces', (name) => {
    const [, { Properties }] = stack.one('AWS::StepFunctions::StateMachine', `${name}Machine`);
    expect(Properties).toMatchObject({
      StateMachineName: `passage-${machines[name].folder}`,
      StateMachineType: 'STANDARD',
      LoggingConfiguration: { Level: 'ALL', IncludeExecutionData: false },
      TracingConfiguration: { Enabled: true },
    });
  });

  test.each(machineNames)('%s leaves no placeholder open and is given none that it does not use', (name) => {
    const [, { Properties }] = stack.one('AWS::StepFunctions::StateMachine', `${name}Machine`);
    const used = [...(Properties.DefinitionString as string).matchAll(/\$\{([^}]+)\}/g)].map(([, key]) => key!);
    expect(sorted(Object.keys(Properties.DefinitionSubstitutions as object))).toEqual(sorted(used));
  });
});

test('every function, worker, machine and page writes to a log group that ends', () => {
  const groups = stack.all('AWS::Logs::LogGroup');
  expect(groups.filter(([, { Properties }]) => Properties.RetentionInDays !== 90).map(([id]) => id)).toEqual([]);
  const names = groups.map(([id]) => named(id));
  expect(sorted(names)).toEqual(
    sorted([
      ...lambdaNames.map((name) => `${name}Logs`),
      ...machineNames.map((name) => `${name}MachineLogs`),
      'DumpDatabaseLogs',
      'ApprovalsLogs',
    ]),
  );
  const logging = stack.all('AWS::Lambda::Function').filter(([, { Properties }]) => Properties.LoggingConfig);
  expect(logging).toHaveLength(lambdaNames.length);
});
