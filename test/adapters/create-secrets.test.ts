import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, test } from '@jest/globals';
import { program } from '../../lib/adapters/programs.ts';
import type { ListedVariable, Manifest } from '../../lib/domain/files/manifest.ts';

/** Stands for the AWS CLI: a small account in a file, and a record of every command line. */
const AWS = `
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
const args = process.argv.slice(2);
const home = process.env.FAKE_AWS;
appendFileSync(home + '/calls', JSON.stringify(args) + '\\n');
const account = JSON.parse(readFileSync(home + '/account.json', 'utf8'));
const option = (name) => args[args.indexOf(name) + 1];
const fail = (code) => { console.error('An error occurred (' + code + ') when calling the operation'); process.exit(254); };
const secret = account.secrets[option('--secret-id')];
const stored = () => {
  if (option('--secret-string') !== 'file:///dev/stdin') fail('ValidationException');
  return readFileSync('/dev/stdin', 'utf8');
};
const save = (id, text) => {
  account.secrets[id] = text;
  writeFileSync(home + '/account.json', JSON.stringify(account));
  console.log(JSON.stringify({ Name: id }));
};
const actions = {
  'get-parameter': () => option('--name') in account.parameters
    ? console.log(JSON.stringify({ Parameter: { Value: account.parameters[option('--name')] } })) : fail('ParameterNotFound'),
  'describe-task-definition': () => console.log(JSON.stringify({ taskDefinition: account.taskDefinitions[option('--task-definition')] })),
  'describe-secret': () => secret === undefined ? fail('ResourceNotFoundException') : console.log('{}'),
  'get-secret-value': () => secret === undefined ? fail('ResourceNotFoundException') : console.log(JSON.stringify({ SecretString: secret })),
  'create-secret': () => save(option('--name'), stored()),
  'put-secret-value': () => save(option('--secret-id'), stored()),
};
actions[args[1]]();
`;

const home = mkdtempSync(join(tmpdir(), 'passage-create-secrets-'));
mkdirSync(join(home, 'bin'));
writeFileSync(join(home, 'bin', 'aws.mjs'), AWS);
writeFileSync(
  join(home, 'bin', 'aws'),
  `#!/bin/sh\nexec '${process.execPath}' '${join(home, 'bin', 'aws.mjs')}' "$@"\n`,
);
chmodSync(join(home, 'bin', 'aws'), 0o755);
writeFileSync(join(home, 'create-secrets.mjs'), program('create-secrets.mjs'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

/** Values that a shell, JSON or a line would trip over; each must arrive to the letter and be seen nowhere. */
const values = {
  clear: 'clear "quoted" $(id) `id` \\ \' ünïcödé \n second line',
  json: 'of-json-key',
  whole: 'of-whole-secret',
  parameter: '-----BEGIN KEY-----\nof-parameter\n-----END KEY-----\n',
  held: 'of-single-sign-on',
};
const arn = (name: string) => `arn:aws:secretsmanager:us-east-1:111111111111:secret:${name}`;
const from = (secret: string, jsonKey: string | null): ListedVariable['origin'] =>
  ({
    ...{ store: 'secrets-manager', region: 'us-east-1', secret: arn(secret), jsonKey },
    ...{ versionStage: null, versionId: null },
  }) as ListedVariable['origin'];
const inTask: ListedVariable['origin'] = { store: 'task-definition', taskDefinition: 'web:7' };

const listed = (
  name: string,
  into: string | null,
  origin: ListedVariable['origin'],
  fate: 'carry' | 'hold' | 'ask' = 'carry',
) => ({
  ...{ name, fate, because: '', into, remark: null, secret: true, services: ['web'], agrees: true, origin },
  ...{ fingerprint: null, collected: null },
});
const manifest = (...variables: ListedVariable[]): Manifest => ({
  ...{ about: '', run: 'autumn', prefix: 'acme', region: 'eu-west-1', collectedUntil: '' },
  variables,
});
const all = manifest(
  listed('CLEAR', 'extra-env-vars', inTask),
  listed('JSON', 'extra-env-vars', from('shared', 'a')),
  listed('WHOLE', 'extra-env-vars', from('whole', null)),
  listed('CLIENT_SECRET', 'extra-env-vars', from('shared', 'sso'), 'hold'),
  listed('ENCRYPTION_KEY', 'encryption-key', { store: 'parameter-store', region: null, parameter: '/acme/key' }),
  listed('ACME_THEME', null, inTask, 'ask'),
);

beforeEach(() => {
  writeFileSync(join(home, 'calls'), '');
  writeFileSync(join(home, 'extra-env-vars.json'), JSON.stringify(all));
  writeFileSync(
    join(home, 'account.json'),
    JSON.stringify({
      secrets: { [arn('shared')]: JSON.stringify({ a: values.json, sso: values.held }), [arn('whole')]: values.whole },
      parameters: { '/acme/key': values.parameter },
      taskDefinitions: {
        'web:7': {
          containerDefinitions: [
            { name: 'sidecar', environment: [{ name: 'CLEAR', value: 'of the sidecar' }] },
            {
              name: 'retool',
              environment: [
                { name: 'SERVICE_TYPE', value: 'MAIN_BACKEND,DB_CONNECTOR' },
                { name: 'CLEAR', value: values.clear },
              ],
            },
          ],
        },
      },
    }),
  );
});

function run(...options: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(home, 'create-secrets.mjs'), ...options], {
    encoding: 'utf8',
    env: { PATH: `${join(home, 'bin')}:/usr/bin:/bin`, FAKE_AWS: home },
  });
  const calls = readFileSync(join(home, 'calls'), 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as string[]);
  const { secrets } = JSON.parse(readFileSync(join(home, 'account.json'), 'utf8')) as {
    secrets: Record<string, string>;
  };
  // Neither what is printed nor any command line holds a value.
  for (const value of Object.values(values)) {
    for (const seen of [stdout, stderr, ...calls.flat()]) expect(seen).not.toContain(value.split('\n')[0]);
  }
  return { status, stdout, stderr, calls, secrets };
}

test('without --write it says what it would do, and asks AWS for nothing', () => {
  const { status, stdout, calls } = run();
  expect([status, calls]).toEqual([0, []]);
  expect(stdout).toContain('retool/acme/extra-env-vars would hold CLEAR, JSON, WHOLE\n');
  expect(stdout).toContain('retool/acme/encryption-key would hold ENCRYPTION_KEY\n');
  expect(stdout).not.toMatch(/CLIENT_SECRET|ACME_THEME/);
});

test('with --write every value arrives to the letter, and what is held back stays where it is', () => {
  const { status, secrets, stderr, calls } = run('--write');
  expect([status, stderr]).toEqual([0, '']);
  // The source's stores are asked in the region of their ARNs, everything else is where the target is.
  const regionsOf = (of: (call: string[]) => boolean) => [
    ...new Set(calls.filter(of).map((call) => call.filter((_, at) => call[at - 1] === '--region').join())),
  ];
  const ofTheSource = (call: string[]) => call.some((word) => word.startsWith('arn:aws:secretsmanager:us-east-1'));
  expect(regionsOf(ofTheSource)).toEqual(['us-east-1']);
  expect(regionsOf((call) => !ofTheSource(call))).toEqual(['eu-west-1']);
  expect(JSON.parse(secrets['retool/acme/extra-env-vars'] ?? '')).toEqual({
    CLEAR: values.clear,
    JSON: values.json,
    WHOLE: values.whole,
  });
  expect(secrets['retool/acme/encryption-key']).toBe(values.parameter);
});

test('with --held single sign-on joins what stands there, and what somebody else put there stays', () => {
  run('--write');
  const account = JSON.parse(readFileSync(join(home, 'account.json'), 'utf8'));
  const before = { ...JSON.parse(account.secrets['retool/acme/extra-env-vars']), OWN: 'by hand' };
  account.secrets['retool/acme/extra-env-vars'] = JSON.stringify(before);
  writeFileSync(join(home, 'account.json'), JSON.stringify(account));
  const { secrets } = run('--write', '--held', '--only', 'extra-env-vars');
  expect(JSON.parse(secrets['retool/acme/extra-env-vars'] ?? '')).toEqual({ ...before, CLIENT_SECRET: values.held });
});

test('a second call finds that all is there; a key that was rotated meanwhile is not turned back unless that is said', () => {
  run('--write');
  expect(run('--write').stdout).toMatch(/^(retool\/acme\/\S+ holds already: .*\n){2}$/);
  const account = JSON.parse(readFileSync(join(home, 'account.json'), 'utf8'));
  account.secrets['retool/acme/encryption-key'] = 'rotated';
  const { CLEAR: _, ...others } = JSON.parse(account.secrets['retool/acme/extra-env-vars']);
  account.secrets['retool/acme/extra-env-vars'] = JSON.stringify({ ...others, CLEAR: 'set by hand' });
  writeFileSync(join(home, 'account.json'), JSON.stringify(account));
  for (const [only, name] of [['encryption-key', 'ENCRYPTION_KEY'] as const, ['extra-env-vars', 'CLEAR'] as const]) {
    const { status, stderr, secrets } = run('--write', '--only', only);
    expect(status).toBe(1);
    expect(stderr).toMatch(new RegExp(`retool/acme/${only} has another value of ${name}: .*--overwrite`));
    expect(secrets).toEqual(account.secrets);
  }
  const { secrets } = run('--write', '--overwrite');
  expect(secrets['retool/acme/encryption-key']).toBe(values.parameter);
});

test('a secret that the manifest does not know is refused by name', () => {
  const { status, stderr } = run('--write', '--only', 'encription-key');
  expect(status).toBe(1);
  expect(stderr).toContain('there is no secret "encription-key"; there are extra-env-vars, encryption-key');
});

test('an option that there is not is told with those that there are, and nothing is done', () => {
  const { status, stdout, stderr, calls } = run('--wirte');
  expect([status, stdout, calls]).toEqual([2, '', []]);
  expect(stderr).toMatch(/^Unknown option '--wirte'\. Nothing was read or written\.\nUsage: .*\[--write\] .*\n$/);
});

test('another prefix is taken from the command line, and one secret can be written alone', () => {
  const { secrets } = run('--write', '--prefix', 'blue', '--only', 'encryption-key');
  expect(Object.keys(secrets).filter((id) => id.startsWith('retool/'))).toEqual(['retool/blue/encryption-key']);
});

test.each([
  ['a value that is gone', listed('GONE', 'extra-env-vars', inTask), 'GONE was not found where the source had it'],
  ['a secret that is gone', listed('GONE', 'extra-env-vars', from('gone', null)), 'arn:.*:secret:gone does not exist'],
  [
    'a secret that is no JSON',
    listed('X', 'extra-env-vars', from('whole', 'key')),
    'A secret that should hold JSON does not\\.',
  ],
  [
    'an error of AWS',
    listed('X', 'encryption-key', { store: 'parameter-store', region: null, parameter: '/no' }),
    'aws ssm get-parameter failed: .*ParameterNotFound',
  ],
])('%s is said by name, and nothing is written', (_, variable, message) => {
  writeFileSync(join(home, 'extra-env-vars.json'), JSON.stringify(manifest(variable)));
  const { status, stderr, secrets } = run('--write');
  expect(status).toBe(1);
  expect(stderr).toMatch(new RegExp(message));
  expect(Object.keys(secrets).some((id) => id.startsWith('retool/'))).toBe(false);
});
