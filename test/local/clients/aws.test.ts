import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createEcs, type Ecs } from '../../../lib/local/ecs/ecs.ts';
import { createEks, type Eks } from '../../../lib/local/eks/eks.ts';
import { createEngine } from '../../../lib/local/engine/engine.ts';
import { type AccessKeys, keysEnvironment } from '../../../lib/local/iam/credentials.ts';
import { authenticate } from '../../../lib/local/kubernetes/authentication.ts';
import { createProcesses, type Processes } from '../../../lib/local/processes/processes.ts';
import { createRoute53, type Route53 } from '../../../lib/local/route53/route53.ts';
import { createS3 } from '../../../lib/local/s3/s3.ts';
import { createSecretsManager } from '../../../lib/local/secretsmanager/secretsmanager.ts';
import { statesEndpoint } from '../../../lib/local/states/endpoint.ts';
import { createSts } from '../../../lib/local/sts/sts.ts';
import { verifyPresigned } from '../../../lib/local/wire/sigv4.ts';
import { until } from '../../support/until.ts';
import { type Account, accountId, region, startAccount } from '../account.ts';
import { openProgram, type Program, withInstalled } from './program.ts';

const arn = (service: string, resource: string) => `arn:aws:${service}:${region}:${accountId}:${resource}`;
const reader = `arn:aws:iam::${accountId}:role/Reader`;

withInstalled(['aws'], () => {
  let account: Account;
  let program: Program;
  let processes: Processes;
  let ecs: Ecs;
  let route53: Route53;
  let eks: Eks;
  let environment: Record<string, string>;
  let closeEngine = () => {};
  const signedBy = (keys: AccessKeys) => ({ ...environment, ...keysEnvironment(keys) });
  /** A line as one types it; words with a space in them come after it. */
  const text = async (line: string, ...more: string[]) =>
    (await program.out(environment, ...line.split(' '), ...more)).trim();
  const json = async (line: string, ...more: string[]) => JSON.parse(await text(line, ...more));
  const file = (name: string, content: string | Buffer) => {
    writeFileSync(join(program.home, name), content);
    return join(program.home, name);
  };

  beforeAll(async () => {
    account = await startAccount((context) => {
      const shared = { ...context, accountId, region };
      const at = (service: string) => join(context.directory, service);
      const s3 = createS3({ ...shared, directory: at('s3'), onObjectCreated: () => {} });
      s3.createBucket({ name: 'evidence', versioned: true });
      processes = createProcesses({ directory: at('processes'), clock: context.clock });
      ecs = createEcs({
        ...shared,
        directory: at('ecs'),
        processes,
        resolveImage: () => ({
          command: [process.execPath, '-e', 'setInterval(() => 0, 1000)'],
          cwd: context.directory,
        }),
        credentialsFor: () => ({}),
        secretValue: () => '',
        baseEnvironment: () => ({}),
      });
      route53 = createRoute53({ ...shared, directory: at('route53'), propagationMs: 0 });
      const engine = createEngine({ ...shared, directory: at('states'), integrations: {} });
      engine.createStateMachine({
        name: 'greet',
        roleArn: `arn:aws:iam::${accountId}:role/machine`,
        definition: JSON.stringify({
          QueryLanguage: 'JSONata',
          StartAt: 'Greet',
          States: { Greet: { Type: 'Pass', Output: '{% "hello " & $states.input.name %}', End: true } },
        }),
      });
      engine.createStateMachine({
        name: 'pause',
        roleArn: `arn:aws:iam::${accountId}:role/machine`,
        definition: JSON.stringify({
          QueryLanguage: 'JSONata',
          StartAt: 'Pause',
          States: { Pause: { Type: 'Wait', Seconds: 3600, End: true } },
        }),
      });
      closeEngine = () => engine.close();
      eks = createEks(shared);
      const secrets = createSecretsManager(shared);
      const sts = createSts(shared);
      return [
        ...[s3, ecs, route53, eks, secrets, sts].map(({ endpoint }) => endpoint),
        statesEndpoint({ engine, ...shared }),
      ];
    });
    program = openProgram('aws');
    environment = {
      AWS_ENDPOINT_URL: account.url,
      AWS_REGION: region,
      AWS_DEFAULT_REGION: region,
      AWS_DEFAULT_OUTPUT: 'json',
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_MAX_ATTEMPTS: '1',
      ...keysEnvironment(account.client().credentials),
    };
  });
  afterAll(async () => {
    program.close();
    closeEngine();
    await ecs.close();
    await account.close();
  });
  afterEach(() => expect(account.defects).toEqual([]));

  test('STS: assumes a role by its profile', async () => {
    account.resourcePolicies.set(reader, {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${accountId}:root` }, Action: 'sts:AssumeRole' }],
    });
    const keys = account.client().credentials;
    const profiles = {
      AWS_CONFIG_FILE: file(
        'config',
        `[profile reader]\nrole_arn = ${reader}\nsource_profile = ada\nrole_session_name = cli\n`,
      ),
      AWS_SHARED_CREDENTIALS_FILE: file(
        'credentials',
        `[ada]\naws_access_key_id = ${keys.accessKeyId}\naws_secret_access_key = ${keys.secretAccessKey}\n`,
      ),
    };
    const { AWS_ACCESS_KEY_ID: _id, AWS_SECRET_ACCESS_KEY: _secret, ...rest } = environment;
    const who = await program.out({ ...rest, ...profiles }, 'sts', 'get-caller-identity', '--profile', 'reader');
    expect(JSON.parse(who).Arn).toBe(`arn:aws:sts::${accountId}:assumed-role/Reader/cli`);
  });

  test('S3: copies files in one piece and in parts, lists, syncs and removes them', async () => {
    const [from, to] = [join(program.home, 'from'), join(program.home, 'to')];
    const large = randomBytes(17 * 1024 * 1024);
    mkdirSync(from);
    writeFileSync(join(from, 'large'), large);
    writeFileSync(join(from, 'plän +&=.txt'), 'hello');
    await text('s3 sync', from, 's3://evidence/runs/1');
    expect(await text('s3 ls s3://evidence/runs/ --recursive --summarize')).toMatch(
      /17825792 runs\/1\/large\n.* 5 runs\/1\/plän \+&=.txt\n\nTotal Objects: 2\n +Total Size: 17825797$/,
    );
    await text('s3 sync s3://evidence/runs/1', to);
    expect(readFileSync(join(to, 'large')).equals(large)).toBe(true);
    expect(readFileSync(join(to, 'plän +&=.txt'), 'utf8')).toBe('hello');
    expect((await text('s3 rm s3://evidence/runs/ --recursive')).split('\n').sort()).toEqual([
      'delete: s3://evidence/runs/1/large',
      'delete: s3://evidence/runs/1/plän +&=.txt',
    ]);
  });

  test('S3: writes once, and presigns', async () => {
    const put = 's3api put-object --bucket evidence --key ledger --if-none-match * --body';
    expect(await json(put, file('one', '1'))).toMatchObject({ VersionId: expect.any(String) });
    await expect(text(put, file('two', '2'))).rejects.toThrow(
      'An error occurred (PreconditionFailed) when calling the PutObject operation',
    );
    expect(await (await fetch(await text('s3 presign s3://evidence/ledger'))).text()).toBe('1');
  });

  test('Secrets Manager: makes and reads a secret', async () => {
    await text('secretsmanager create-secret --name retool/key --secret-string', 'a secret');
    const value = 'secretsmanager get-secret-value --secret-id retool/key --query SecretString --output text';
    expect(await text(value)).toBe('a secret');
  });

  test('Route 53: changes a record and waits until it is everywhere', async () => {
    const zone = route53.createHostedZone('acme.example');
    const change = (Action: string, Value: string) => ({
      Action,
      ResourceRecordSet: { Name: 'retool.acme.example', Type: 'CNAME', TTL: 60, ResourceRecords: [{ Value }] },
    });
    const batch = file('batch.json', JSON.stringify({ Changes: [change('UPSERT', 'new.example.com')] }));
    const to = `--hosted-zone-id ${zone} --change-batch file://${batch} --query ChangeInfo.Id --output text`;
    const id = await text(`route53 change-resource-record-sets ${to}`);
    await text(`route53 wait resource-record-sets-changed --id ${id}`);
    const records = await json(
      `route53 list-resource-record-sets --hosted-zone-id ${zone} --query ResourceRecordSets[?Type==\`CNAME\`]`,
    );
    expect(records).toEqual([
      { Name: 'retool.acme.example.', Type: 'CNAME', TTL: 60, ResourceRecords: [{ Value: 'new.example.com' }] },
    ]);
  });

  test('ECS: scales a service and waits until it is stable', async () => {
    ecs.registerCluster('retool');
    ecs.registerTaskDefinition({
      family: 'backend',
      containerDefinitions: [
        { name: 'backend', image: 'backend:1', environment: [{ name: 'SERVICE_TYPE', value: 'MAIN_BACKEND' }] },
      ],
    } as Parameters<Ecs['registerTaskDefinition']>[0]);
    ecs.createService({ cluster: 'retool', serviceName: 'backend', taskDefinition: 'backend', desiredCount: 0 });
    ecs.start();
    const scale = 'ecs update-service --cluster retool --service backend --desired-count 1';
    expect(await json(`${scale} --query service.desiredCount`)).toBe(1);
    await text('ecs wait services-stable --cluster retool --services backend');
    const tasks = 'ecs list-tasks --cluster retool --service-name backend --desired-status RUNNING --query taskArns';
    expect(await json(tasks)).toEqual([expect.stringContaining(arn('ecs', 'task/retool/'))]);
  });

  test('Step Functions: starts an execution and reads how it went', async () => {
    const machine = arn('states', 'stateMachine:greet');
    const start = `stepfunctions start-execution --state-machine-arn ${machine} --name one --input`;
    const { executionArn } = await json(start, '{ "name": "Ada" }');
    const ended = await until(async () => {
      const described = await json(`stepfunctions describe-execution --execution-arn ${executionArn}`);
      return described.status !== 'RUNNING' && described;
    });
    expect(ended).toMatchObject({ status: 'SUCCEEDED', output: '"hello Ada"' });
    const history = `stepfunctions get-execution-history --execution-arn ${executionArn}`;
    expect(await json(`${history} --query events[].type`)).toEqual([
      'ExecutionStarted',
      'PassStateEntered',
      'PassStateExited',
      'ExecutionSucceeded',
    ]);
  });

  test('Step Functions: lists, stops and redrives an execution', async () => {
    const machine = `--state-machine-arn ${arn('states', 'stateMachine:pause')}`;
    const { executionArn } = await json(`stepfunctions start-execution ${machine} --name one`);
    const execution = `--execution-arn ${executionArn}`;
    const list = (status: string) =>
      json(
        `stepfunctions list-executions ${machine} --status-filter ${status} --query executions[].[name,redriveCount]`,
      );
    expect(await list('RUNNING')).toEqual([['one', 0]]);
    await text(`stepfunctions stop-execution ${execution} --error Stopped --cause`, 'by hand');
    expect(await list('ABORTED')).toEqual([['one', 0]]);
    expect(await json(`stepfunctions redrive-execution ${execution}`)).toHaveProperty('redriveDate');
    expect(await list('RUNNING')).toEqual([['one', 1]]);
  });

  test('EKS: a token for kubectl, and what is refused is said in the words of AWS', async () => {
    eks.registerCluster({ name: 'target', version: '1.33', endpoint: 'https://127.0.0.1:1', caCertificate: 'PEM' });
    const { status } = await json('eks get-token --cluster-name target');
    const user = authenticate(`Bearer ${status.token}`, {
      clusterName: 'target',
      region,
      clock: account.clock,
      accessEntries: () => [{ principalArn: `arn:aws:iam::${accountId}:user/ada`, kubernetesGroups: ['people'] }],
      stsUrl: () => account.url,
      verifyPresigned: (url, headers) => verifyPresigned(url, { ...account, headers }),
    });
    expect(user).toMatchObject({
      name: `arn:aws:iam::${accountId}:user/ada`,
      groups: ['people', 'system:authenticated'],
    });
    const refused = await program.run(signedBy(account.role('Nobody')), 'eks', 'list-clusters');
    expect(refused.stderr).toContain(
      '(AccessDeniedException) when calling the ListClusters operation: User: arn:aws:sts::',
    );
  });
});
