import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { createSts } from '../../../lib/local/sts/sts.ts';
import { type Account, accountId, startAccount } from '../account.ts';

let account: Account;
const RoleArn = `arn:aws:iam::${accountId}:role/Copy`;
const trust = (Principal: object) => ({ Statement: [{ Effect: 'Allow', Principal, Action: 'sts:AssumeRole' }] });

beforeAll(async () => {
  account = await startAccount((context) => [createSts({ ...context, accountId }).endpoint]);
});
afterAll(() => account.close());

const whoIs = (keys?: Parameters<Account['client']>[0]) =>
  new STSClient(account.client(keys)).send(new GetCallerIdentityCommand({}));
const assume = (keys?: Parameters<Account['client']>[0], more: object = {}) =>
  new STSClient(account.client(keys)).send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'run-1', ...more }));

test('everybody may learn who they are', async () => {
  expect(await whoIs()).toMatchObject({ Account: accountId, Arn: `arn:aws:iam::${accountId}:user/ada` });
  const identity = await whoIs(account.role('Nothing'));
  expect(identity).toMatchObject({
    Arn: `arn:aws:sts::${accountId}:assumed-role/Nothing/test`,
    UserId: expect.stringMatching(/^AROA\w+:test$/),
  });
});

test('an assumed role signs as its session', async () => {
  account.resourcePolicies.set(RoleArn, trust({ AWS: `arn:aws:iam::${accountId}:role/Starter` }));
  const { Credentials, AssumedRoleUser } = await assume(account.role('Starter'));
  expect(AssumedRoleUser?.Arn).toBe(`arn:aws:sts::${accountId}:assumed-role/Copy/run-1`);
  const keys = {
    accessKeyId: Credentials!.AccessKeyId!,
    secretAccessKey: Credentials!.SecretAccessKey!,
    sessionToken: Credentials!.SessionToken!,
  };
  expect((await whoIs(keys)).Arn).toBe(AssumedRoleUser?.Arn);
});

test('a role whose trust policy names others is not assumed, whatever the caller may do', async () => {
  account.resourcePolicies.set(RoleArn, trust({ Service: 'lambda.amazonaws.com' }));
  const everything = account.role('Everything', { Effect: 'Allow', Action: '*', Resource: '*' });
  await expect(assume(everything)).rejects.toMatchObject({
    name: 'AccessDenied',
    message: expect.stringContaining('sts:AssumeRole'),
  });
});

test('what is not simulated or not allowed is said', async () => {
  await expect(assume(undefined, { Policy: '{}' })).rejects.toThrow('Session policies');
  await expect(assume(undefined, { RoleArn: `arn:aws:iam::${accountId}:user/ada` })).rejects.toThrow(
    'not the ARN of a role',
  );
  await expect(assume(undefined, { DurationSeconds: 60 })).rejects.toMatchObject({ name: 'ValidationError' });
});
