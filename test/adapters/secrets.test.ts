import {
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  ResourceExistsException,
  ResourceNotFoundException,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { mockClient } from 'aws-sdk-client-mock';
import { secretsManager } from '../../lib/adapters/secrets.ts';
import { declared, sdkError } from '../support/declared.ts';

const mock = mockClient(SecretsManagerClient);
const secrets = secretsManager(new SecretsManagerClient({ region: 'eu-west-1' }));
beforeEach(() => mock.reset());

describe('a login', () => {
  test('is read as RDS writes it, with a port that may be text', async () => {
    const login = {
      username: 'passage',
      password: 'hush',
      host: 'db',
      port: '6432',
      dbname: 'retool',
      engine: 'postgres',
    };
    mock.on(GetSecretValueCommand, { SecretId: 'id' }).resolves({ SecretString: JSON.stringify(login) });
    expect(await secrets.login('id')).toEqual({
      username: 'passage',
      password: 'hush',
      host: 'db',
      port: 6432,
      dbname: 'retool',
    });
  });

  test.each([
    ['plain text', 'hush-hush'],
    ['JSON without a name', '{"password": "hush-hush"}'],
    ['JSON with an empty name', '{"username": "", "password": "hush-hush"}'],
    ['a port that is no number', '{"username": "u", "password": "hush-hush", "port": "x"}'],
    ['an sslmode that may end in clear', '{"username": "u", "password": "hush-hush", "sslmode": "prefer"}'],
  ])('that is %s is refused, without a word of what it holds', async (_, SecretString) => {
    mock.on(GetSecretValueCommand).resolves({ SecretString });
    const error = await secrets.login('id').catch((refused: unknown) => refused);
    expect(error).toEqual(declared('SecretUnavailable', /Secret "id" is not a database login/));
    expect(JSON.stringify(error) + String(error) + String((error as Error).cause)).not.toContain('hush-hush');
  });
});

test.each([
  ['disable', 'disable'],
  ['require', 'require'],
  ['no-verify', 'require'],
  ['verify-ca', 'require'],
  ['verify-full', 'require'],
])('a login with sslmode %s: %s', async (sslmode, ssl) => {
  const SecretString = JSON.stringify({ username: 'u', password: 'p', sslmode });
  mock.on(GetSecretValueCommand).resolves({ SecretString });
  expect(await secrets.login('id')).toMatchObject({ sslmode: ssl });
});

test('a login with one wrong field is told which', async () => {
  const SecretString = JSON.stringify({ username: 'u', password: 'p', sslmode: 'prefer' });
  mock.on(GetSecretValueCommand).resolves({ SecretString });
  await expect(secrets.login('id')).rejects.toEqual(declared('SecretUnavailable', /correct "sslmode"\.$/));
});

test('a secret without text is told apart from one that is empty', async () => {
  mock.on(GetSecretValueCommand).resolves({ SecretBinary: new Uint8Array([1]) });
  await expect(secrets.text('id')).rejects.toEqual(declared('SecretUnavailable', /"id" has no text/));
  mock.on(GetSecretValueCommand).resolves({ SecretString: '' });
  expect(await secrets.text('id')).toBe('');
});

test.each([
  ['text', () => secrets.text('id'), /read secret "id": ResourceNotFoundException/],
  ['arnOf', () => secrets.arnOf('id'), /find secret "id"/],
  ['write', () => secrets.write('id', 'hush-hush'), /write secret "id"/],
])('%s: a refusal is declared, and never holds the value', async (_, act, message) => {
  mock.onAnyCommand().rejects(sdkError('ResourceNotFoundException'));
  const error = await act().catch((refused: unknown) => refused);
  expect(error).toEqual(declared('SecretUnavailable', message));
  expect(String(error)).not.toContain('hush-hush');
});

test('finds the ARN of a name', async () => {
  mock.on(DescribeSecretCommand, { SecretId: 'name' }).resolves({ ARN: 'arn:name' });
  expect(await secrets.arnOf('name')).toBe('arn:name');
});

describe('writing', () => {
  test('creates a secret that is new', async () => {
    mock.on(CreateSecretCommand).resolves({ ARN: 'arn:new' });
    expect(await secrets.write('name', 'value')).toBe('arn:new');
    expect(mock.commandCalls(CreateSecretCommand)[0]?.args[0].input).toEqual({ Name: 'name', SecretString: 'value' });
    expect(mock.commandCalls(PutSecretValueCommand)).toHaveLength(0);
  });

  test('gives one that exists a new version', async () => {
    mock.on(CreateSecretCommand).rejects(new ResourceExistsException({ message: 'exists', $metadata: {} }));
    mock.on(PutSecretValueCommand, { SecretId: 'name', SecretString: 'value' }).resolves({ ARN: 'arn:old' });
    expect(await secrets.write('name', 'value')).toBe('arn:old');
  });

  test('does not take another refusal for a secret that exists', async () => {
    mock.on(CreateSecretCommand).rejects(sdkError('InvalidRequestException', 'scheduled for deletion'));
    await expect(secrets.write('name', 'value')).rejects.toEqual(
      declared('SecretUnavailable', /InvalidRequestException\.$/),
    );
    expect(mock.commandCalls(PutSecretValueCommand)).toHaveLength(0);
  });
});

describe('forgetting', () => {
  test('deletes at once, for good', async () => {
    mock.on(DeleteSecretCommand).resolves({});
    await secrets.forget('name');
    expect(mock.commandCalls(DeleteSecretCommand)[0]?.args[0].input).toEqual({
      SecretId: 'name',
      ForceDeleteWithoutRecovery: true,
    });
  });

  test('passes over what is not there, and nothing else', async () => {
    mock.on(DeleteSecretCommand).rejects(new ResourceNotFoundException({ message: 'gone', $metadata: {} }));
    await secrets.forget('name');
    mock.on(DeleteSecretCommand).rejects(sdkError('InternalServiceError'));
    await expect(secrets.forget('name')).rejects.toEqual(declared('ServiceUnavailable', /delete secret "name"/));
  });
});
