import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ClientAccess, invitation, writeClientAccess } from '../../../lib/commands/client-access.ts';
import { resetWorld, startWorld, type World } from '../../../lib/local/world/world.ts';
import { writeCheckout } from '../../support/assembly.ts';
import { openProgram, type Program, withInstalled } from './program.ts';

withInstalled(['aws', 'kubectl'], () => {
  let root: string;
  let world: World;
  let access: ClientAccess;
  let aws: Program;
  let kubectl: Program;

  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'passage served-'));
    writeCheckout(root);
    world = await startWorld({ directory: join(root, '.passage'), checkout: root, command: 'serve', sample: false });
    access = writeClientAccess(world.info.paths.directory, world.info);
    [aws, kubectl] = [openProgram('aws'), openProgram('kubectl')];
  });
  afterAll(async () => {
    aws.close();
    kubectl.close();
    await world.stop();
    resetWorld(join(root, '.passage'));
    rmSync(root, { recursive: true, force: true });
  });

  const out = (program: Program, line: string) => program.out(access.environment, ...line.split(' '));
  const run = (program: Program, line: string) => program.run(access.environment, ...line.split(' '));

  test("the files that serve writes are for nobody else's eyes", () => {
    for (const file of Object.values(access.environment)) expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  test('what serve prints can be pasted into a shell', () => {
    const [, variables = '', aws, pods] = invitation(access, 'arn:aws:states:a:b', ['target']);
    const printed = execFileSync('sh', ['-c', `${variables}\nenv`], { encoding: 'utf8', env: {} });
    for (const [variable, file] of Object.entries(access.environment))
      expect(printed).toContain(`${variable}=${file}\n`);
    expect([aws, pods]).toEqual([
      '    aws stepfunctions list-executions --state-machine-arn arn:aws:states:a:b',
      '    kubectl get pods --all-namespaces',
    ]);
  });

  test('the AWS CLI reads what is there, but no secret', async () => {
    const [secret] = JSON.parse(await out(aws, 'secretsmanager list-secrets --query SecretList[].ARN'));
    const { stderr } = await run(aws, `secretsmanager get-secret-value --secret-id ${secret}`);
    expect(stderr).toContain('user/viewer is not authorized to perform: secretsmanager:GetSecretValue');
    const value = `secretsmanager get-secret-value --profile operator --secret-id ${secret} --query SecretString`;
    expect(JSON.parse(await out(aws, value))).toHaveLength(40);
  });

  test('the operator tries a state, though its host would be another', async () => {
    const state = JSON.stringify({ QueryLanguage: 'JSONata', Type: 'Pass', Output: '{% 6 * 7 %}', End: true });
    const words = 'stepfunctions test-state --profile operator --query output --output text --definition'.split(' ');
    expect(await aws.out(access.environment, ...words, state)).toBe('42\n');
  });

  test('kubectl reads the cluster, but no secret', async () => {
    expect(await out(kubectl, 'get namespaces --output name --context target')).toBe(
      'namespace/default\nnamespace/kube-system\n',
    );
    const may = (line: string) => run(kubectl, `auth can-i ${line}`);
    expect((await may('get secrets')).stdout).toBe('no\n');
    expect((await may('delete secrets --context target-operator')).stdout).toBe('yes\n');
  });

  test('nothing of it stays when serve has ended', () => {
    access.remove();
    for (const file of Object.values(access.environment)) expect(() => statSync(file)).toThrow('ENOENT');
  });
});
