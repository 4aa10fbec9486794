import {
  DeleteParameterCommand,
  GetParameterCommand,
  GetParametersByPathCommand,
  GetParametersCommand,
  PutParameterCommand,
  SSMClient,
} from '@aws-sdk/client-ssm';
import { createSsm, type ParameterChange, type Ssm } from '../../../lib/local/ssm/ssm.ts';
import { type Account, accountId, region, startAccount } from '../account.ts';

let account: Account;
let ssm: Ssm;
const changes: ParameterChange[] = [];
let client: SSMClient;

beforeAll(async () => {
  account = await startAccount((context) => {
    ssm = createSsm({ ...context, accountId, region, onParameterChange: (change) => changes.push(change) });
    return [ssm.endpoint];
  });
  client = new SSMClient(account.client());
});
afterAll(() => account.close());

const put = (Name: string, Value: string, more: object = {}) =>
  client.send(new PutParameterCommand({ Name, Value, Type: 'String', ...more }));
const get = async (Name: string, more: object = {}) =>
  (await client.send(new GetParameterCommand({ Name, ...more }))).Parameter;

test('a parameter has a version, which rises only by an overwrite that was asked for', async () => {
  expect((await put('/p/a', '1')).Version).toBe(1);
  await expect(put('/p/a', '2')).rejects.toMatchObject({ name: 'ParameterAlreadyExists' });
  expect((await put('/p/a', '2', { Overwrite: true })).Version).toBe(2);
  expect(await get('/p/a')).toMatchObject({ Name: '/p/a', Value: '2', Version: 2, Type: 'String' });
  expect(await get('/p/a:2')).toMatchObject({ Value: '2' });
  await expect(get('/p/a:1')).rejects.toMatchObject({ name: 'ParameterNotFound' });
});

test('what PutParameter did is told, what it refused is not', async () => {
  changes.length = 0;
  await put('/told/a', '1');
  await put('/told/a', '2').catch(() => {});
  await put('/told/a', '2', { Overwrite: true });
  ssm.putParameter('/told/b', 'by the world itself');
  expect(changes).toEqual([
    { name: '/told/a', type: 'String', operation: 'Create' },
    { name: '/told/a', type: 'String', operation: 'Update' },
  ]);
});

test('a parameter is found by its ARN, with a slash in front of its name or without', async () => {
  ssm.putParameter('plain', 'x');
  ssm.putParameter('/with/slash', 'y');
  expect(await get(`arn:aws:ssm:${region}:${accountId}:parameter/plain`)).toMatchObject({ Name: 'plain', Value: 'x' });
  expect(await get(`arn:aws:ssm:${region}:${accountId}:parameter/with/slash`)).toMatchObject({ Value: 'y' });
  await expect(get('/plain')).rejects.toMatchObject({ name: 'ParameterNotFound' });
});

test('a SecureString is told only to those who ask for its decryption', async () => {
  await put('secure', 'hidden', { Type: 'SecureString' });
  expect((await get('secure'))?.Value).not.toContain('hidden');
  expect((await get('secure', { WithDecryption: true }))?.Value).toBe('hidden');
});

test('several are read at once, the missing ones named', async () => {
  ssm.putParameter('one', '1');
  const answer = await client.send(new GetParametersCommand({ Names: ['one', 'none'] }));
  expect(answer.Parameters).toEqual([expect.objectContaining({ Name: 'one', Value: '1' })]);
  expect(answer.InvalidParameters).toEqual(['none']);
});

test('a path gives what is right below it, or all below it, in pages', async () => {
  for (const name of ['/tree/a', '/tree/b', '/tree/c/d', '/treetop']) ssm.putParameter(name, name);
  const below = async (more: object) =>
    (await client.send(new GetParametersByPathCommand({ Path: '/tree', ...more }))).Parameters?.map(({ Name }) => Name);
  expect(await below({})).toEqual(['/tree/a', '/tree/b']);
  expect(await below({ Recursive: true })).toEqual(['/tree/a', '/tree/b', '/tree/c/d']);
  const first = await client.send(new GetParametersByPathCommand({ Path: '/tree', MaxResults: 1 }));
  expect(await below({ MaxResults: 1, NextToken: first.NextToken })).toEqual(['/tree/b']);
});

test('a deleted parameter is gone', async () => {
  ssm.putParameter('gone', '1');
  await client.send(new DeleteParameterCommand({ Name: 'gone' }));
  await expect(client.send(new DeleteParameterCommand({ Name: 'gone' }))).rejects.toMatchObject({
    name: 'ParameterNotFound',
  });
});

test('a role reads only what its policy names', async () => {
  ssm.putParameter('/mine/a', '1');
  ssm.putParameter('/yours/a', '1');
  const Resource = `arn:aws:ssm:${region}:${accountId}:parameter/mine/*`;
  const reader = new SSMClient(
    account.client(account.role('Reader', { Effect: 'Allow', Action: 'ssm:GetParameter', Resource })),
  );
  await reader.send(new GetParameterCommand({ Name: '/mine/a' }));
  await expect(reader.send(new GetParameterCommand({ Name: '/yours/a' }))).rejects.toMatchObject({
    name: 'AccessDeniedException',
  });
});

test('a SecureString under a key of its owner’s own is opened only by who may use the key', async () => {
  const key = `arn:aws:kms:${region}:${accountId}:key/0d1c4a52-6a3e-4c7b-9a52-6c9b0a2d4f10`;
  await put('/keyed/a', '1', { Type: 'SecureString', KeyId: key });
  const may = { Effect: 'Allow', Action: ['ssm:GetParameter', 'ssm:GetParameters'], Resource: '*' };
  const as = (name: string, ...statements: object[]) =>
    new SSMClient(account.client(account.role(name, ...statements)));
  const withoutKey = as('WithoutKey', may);
  const sealed = await withoutKey.send(new GetParameterCommand({ Name: '/keyed/a' }));
  expect(sealed.Parameter?.Value).not.toBe('1');
  for (const command of [
    new GetParameterCommand({ Name: '/keyed/a', WithDecryption: true }),
    new GetParametersCommand({ Names: ['/keyed/a'], WithDecryption: true }),
  ]) {
    await expect(withoutKey.send(command as GetParameterCommand)).rejects.toThrow(`kms:Decrypt on resource: ${key}`);
  }
  const withKey = as('WithKey', may, { Effect: 'Allow', Action: 'kms:Decrypt', Resource: key });
  const opened = await withKey.send(new GetParameterCommand({ Name: '/keyed/a', WithDecryption: true }));
  expect(opened.Parameter?.Value).toBe('1');

  // By its path, and to write it anew, the key is asked for as well.
  const all = { Effect: 'Allow', Action: 'ssm:*', Resource: '*' };
  const byPath = new GetParametersByPathCommand({ Path: '/keyed', WithDecryption: true });
  const write = new PutParameterCommand({ Name: '/keyed/a', Value: '2', Overwrite: true });
  await expect(as('AllWithoutKey', all).send(byPath)).rejects.toThrow(`kms:Decrypt on resource: ${key}`);
  await expect(as('AllWithoutKey', all).send(write)).rejects.toThrow(`kms:Encrypt on resource: ${key}`);
  expect((await get('/keyed/a', { WithDecryption: true }))?.Value).toBe('1');
  const useKey = { Effect: 'Allow', Action: ['kms:Decrypt', 'kms:Encrypt'], Resource: key };
  const allWithKey = as('AllWithKey', all, useKey);
  await allWithKey.send(write);
  expect((await allWithKey.send(byPath)).Parameters).toMatchObject([{ Value: '2' }]);
});

test('parameters survive a restart', async () => {
  ssm.putParameter('kept', '1');
  const again = await startAccount((context) => [
    createSsm({ ...context, directory: account.directory, accountId, region }).endpoint,
  ]);
  try {
    const reader = new SSMClient(again.client());
    expect((await reader.send(new GetParameterCommand({ Name: 'kept' }))).Parameter?.Value).toBe('1');
  } finally {
    await again.close();
  }
});
