import { randomUUID } from 'node:crypto';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  PutSecretValueCommand,
  RestoreSecretCommand,
  SecretsManagerClient,
  UpdateSecretCommand,
} from '@aws-sdk/client-secrets-manager';
import { createSecretsManager, type SecretsManager } from '../../../lib/local/secretsmanager/secretsmanager.ts';
import { type Account, accountId, region, startAccount } from '../account.ts';

let account: Account;
let secrets: SecretsManager;
let client: SecretsManagerClient;
let number = 0;
let Name = '';

beforeAll(async () => {
  account = await startAccount((context) => {
    secrets = createSecretsManager({ ...context, accountId, region });
    return [secrets.endpoint];
  });
  client = new SecretsManagerClient(account.client());
});
afterAll(() => account.close());
afterEach(() => {
  account.clock.skew = 0;
});
beforeEach(() => {
  Name = `retool/key-${++number}`;
});

const create = (SecretString: string, more: object = {}) =>
  client.send(new CreateSecretCommand({ Name, SecretString, ...more }));
const get = async (SecretId: string, more: object = {}) =>
  client.send(new GetSecretValueCommand({ SecretId, ...more }));

test('a secret is found by name, by ARN and by ARN without its suffix', async () => {
  const { ARN } = await create('s3cret');
  expect(ARN).toMatch(new RegExp(`^arn:aws:secretsmanager:${region}:${accountId}:secret:${Name}-[A-Za-z0-9]{6}$`));
  for (const id of [Name, ARN!, ARN!.slice(0, -7)]) expect((await get(id)).SecretString).toBe('s3cret');
  await expect(get(`${ARN!.slice(0, -1)}!`)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
});

test('a new value becomes current and the one before it previous; the rest loses its stages', async () => {
  const one = await create('1');
  const two = await client.send(new PutSecretValueCommand({ SecretId: Name, SecretString: '2' }));
  expect((await get(Name)).SecretString).toBe('2');
  expect((await get(Name, { VersionStage: 'AWSPREVIOUS' })).VersionId).toBe(one.VersionId);
  await client.send(new UpdateSecretCommand({ SecretId: Name, SecretString: '3', Description: 'third' }));
  expect((await get(Name, { VersionStage: 'AWSPREVIOUS' })).VersionId).toBe(two.VersionId);
  expect((await get(Name, { VersionId: one.VersionId })).SecretString).toBe('1');
  const described = await client.send(new DescribeSecretCommand({ SecretId: Name }));
  expect(described.Description).toBe('third');
  expect(Object.values(described.VersionIdsToStages ?? {}).sort()).toEqual([['AWSCURRENT'], ['AWSPREVIOUS']]);
});

test('the same request token again is the same version; with another value it is refused', async () => {
  const ClientRequestToken = randomUUID();
  const first = await create('1', { ClientRequestToken });
  expect((await create('1', { ClientRequestToken })).VersionId).toBe(first.VersionId);
  await expect(create('2', { ClientRequestToken })).rejects.toMatchObject({ name: 'ResourceExistsException' });
  await expect(create('1')).rejects.toMatchObject({ name: 'ResourceExistsException' });
  const put = (SecretString: string) =>
    client.send(new PutSecretValueCommand({ SecretId: Name, SecretString, ClientRequestToken }));
  expect((await put('1')).VersionId).toBe(first.VersionId);
  await expect(put('2')).rejects.toMatchObject({ name: 'ResourceExistsException' });
});

test('binary values come back as bytes', async () => {
  await client.send(new CreateSecretCommand({ Name, SecretBinary: Buffer.from([0, 255, 7]) }));
  expect(Buffer.from((await get(Name)).SecretBinary!)).toEqual(Buffer.from([0, 255, 7]));
});

test('a deleted secret can be restored within its window, and not after it', async () => {
  await create('1');
  await client.send(new DeleteSecretCommand({ SecretId: Name, RecoveryWindowInDays: 7 }));
  await expect(get(Name)).rejects.toMatchObject({ name: 'InvalidRequestException' });
  await expect(create('2')).rejects.toMatchObject({ name: 'InvalidRequestException' });
  await client.send(new RestoreSecretCommand({ SecretId: Name }));
  expect((await get(Name)).SecretString).toBe('1');
  await client.send(new DeleteSecretCommand({ SecretId: Name, RecoveryWindowInDays: 7 }));
  account.clock.skew = 7 * 24 * 3600 * 1000 + 1;
  // A client whose clock is ours: the signature would be eight days old otherwise.
  const later = new SecretsManagerClient({ ...account.client(), maxAttempts: 2 });
  await expect(later.send(new RestoreSecretCommand({ SecretId: Name }))).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
  });
});

test('without a window it is gone at once, and a secret of its name is a new one', async () => {
  const first = await create('1');
  await client.send(new DeleteSecretCommand({ SecretId: Name, ForceDeleteWithoutRecovery: true }));
  expect((await create('2')).ARN).not.toBe(first.ARN);
});

test('a role reads only the secrets that its policy names', async () => {
  const { ARN } = await create('1');
  const Resource = `arn:aws:secretsmanager:${region}:${accountId}:secret:${Name}-??????`;
  const reader = new SecretsManagerClient(
    account.client(account.role('Reader', { Effect: 'Allow', Action: 'secretsmanager:GetSecretValue', Resource })),
  );
  expect((await reader.send(new GetSecretValueCommand({ SecretId: Name }))).SecretString).toBe('1');
  await expect(reader.send(new PutSecretValueCommand({ SecretId: Name, SecretString: '2' }))).rejects.toMatchObject({
    name: 'AccessDeniedException',
    message: expect.stringContaining(`secretsmanager:PutSecretValue on resource: ${ARN}`),
  });
  await expect(reader.send(new GetSecretValueCommand({ SecretId: 'another' }))).rejects.toMatchObject({
    name: 'AccessDeniedException',
  });
});

test('a secret under a key of its owner’s own is opened only by who may use the key, by way of the store', async () => {
  const key = `arn:aws:kms:${region}:${accountId}:key/0d1c4a52-6a3e-4c7b-9a52-6c9b0a2d4f10`;
  const ARN = secrets.createSecret({ name: Name, value: '1', kmsKeyId: key });
  const may = { Effect: 'Allow', Action: 'secretsmanager:GetSecretValue', Resource: ARN };
  const open = (name: string, ...statements: object[]) =>
    new SecretsManagerClient(account.client(account.role(name, ...statements))).send(
      new GetSecretValueCommand({ SecretId: Name }),
    );
  await expect(open('WithoutKey', may)).rejects.toMatchObject({
    name: 'AccessDeniedException',
    message: expect.stringContaining(`kms:Decrypt on resource: ${key}`),
  });
  const byWayOf = (service: string) => ({
    Effect: 'Allow',
    Action: 'kms:Decrypt',
    Resource: key,
    Condition: { StringLike: { 'kms:ViaService': `${service}.*.amazonaws.com` } },
  });
  expect((await open('WithKey', may, byWayOf('secretsmanager'))).SecretString).toBe('1');
  await expect(open('ByAnother', may, byWayOf('ssm'))).rejects.toThrow('kms:Decrypt');
});

test('a new value is kept, and a secret is moved to another key, only by who may use the keys', async () => {
  const key = (name: string) => `arn:aws:kms:${region}:${accountId}:key/${name}`;
  secrets.createSecret({ name: Name, value: '1', kmsKeyId: key('old') });
  const may = { Effect: 'Allow', Action: 'secretsmanager:UpdateSecret', Resource: '*' };
  const use = (name: string, ...actions: string[]) => ({ Effect: 'Allow', Action: actions, Resource: key(name) });
  const update = (name: string, change: object, ...statements: object[]) =>
    new SecretsManagerClient(account.client(account.role(name, may, ...statements))).send(
      new UpdateSecretCommand({ SecretId: Name, ...change }),
    );
  const value = { SecretString: '2' };
  await expect(update('WithoutKey', value)).rejects.toThrow(`kms:GenerateDataKey on resource: ${key('old')}`);
  expect(await update('WithoutKey', { Description: 'needs no key' })).toMatchObject({ Name });
  await update('WithKey', value, use('old', 'kms:GenerateDataKey', 'kms:Decrypt'));
  expect(secrets.value(Name)).toBe('2');

  const moved = { KmsKeyId: key('new') };
  const toNew = use('new', 'kms:GenerateDataKey', 'kms:Decrypt');
  await expect(update('WithNewKey', moved, toNew)).rejects.toThrow(`kms:Decrypt on resource: ${key('old')}`);
  await expect(update('WithOldKey', moved, use('old', 'kms:Decrypt'))).rejects.toThrow('kms:GenerateDataKey');
  expect(await update('WithBoth', moved, toNew, use('old', 'kms:Decrypt'))).toMatchObject({ Name });
});

test('the list tells names and no values', async () => {
  await create('never-listed');
  const { SecretList } = await client.send(new ListSecretsCommand({}));
  expect(SecretList?.map((secret) => secret.Name)).toContain(Name);
  expect(JSON.stringify(SecretList)).not.toContain('never-listed');
});

test('secrets survive a restart in a file that only their owner reads', async () => {
  const arn = secrets.createSecret({ name: Name, value: 'kept' });
  expect(secrets.createSecret({ name: Name, value: 'other' })).toBe(arn);
  const again = createSecretsManager({
    directory: account.directory,
    authorize: () => {},
    clock: account.clock,
    accountId,
    region,
  });
  expect(again.value(Name)).toBe('kept');
  expect(statSync(join(account.directory, 'secrets.json')).mode & 0o777).toBe(0o600);
});
