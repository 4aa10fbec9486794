import type { AccessKeys } from '../../../lib/local/iam/credentials.ts';
import { verifyPresigned } from '../../../lib/local/wire/sigv4.ts';
import { type Account, accountId, startAccount } from '../account.ts';

let account: Account;
let keys: AccessKeys;
const cluster = { 'x-k8s-aws-id': 'target' };

beforeAll(async () => {
  account = await startAccount(() => []);
  keys = account.role('Restorer');
});
afterAll(() => account.close());
afterEach(() => {
  account.clock.skew = 0;
});

/** What `aws eks get-token` makes, before it is encoded. */
const token = async (service = 'sts') => {
  const query = { Action: 'GetCallerIdentity', Version: '2011-06-15' };
  return (await account.sign(service, { method: 'GET', path: '/', query, headers: cluster, presign: 60 }, keys)).url;
};
const verify = (url: string, headers: Record<string, string> = cluster) =>
  verifyPresigned(url, { ...account, headers });

test('a presigned GetCallerIdentity tells who presigned it', async () => {
  expect(verify(await token())).toEqual({
    arn: `arn:aws:sts::${accountId}:assumed-role/Restorer/test`,
    roleArn: `arn:aws:iam::${accountId}:role/Restorer`,
  });
});

test('a token for one cluster is not good for another', async () => {
  const url = await token();
  expect(() => verify(url, { 'x-k8s-aws-id': 'source' })).toThrow('does not match');
});

test('a token whose signature leaves out the cluster is refused', async () => {
  const { url } = await account.sign('sts', { method: 'GET', path: '/', presign: 60 }, keys);
  expect(() => verify(url)).toThrow('covers the headers');
});

test('a presigned request of another service is no token', async () => {
  const url = await token('s3');
  expect(() => verify(url)).toThrow('not a presigned STS request');
});

test('a token is good for a quarter of an hour, whatever X-Amz-Expires says', async () => {
  const url = await token();
  account.clock.skew = 899_000;
  expect(verify(url)).toMatchObject({ roleArn: expect.stringContaining('Restorer') });
  account.clock.skew = 902_000;
  expect(() => verify(url)).toThrow('too large');
});
