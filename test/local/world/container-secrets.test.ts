import { join } from 'node:path';
import { createSecretsManager, type SecretsManager } from '../../../lib/local/secretsmanager/secretsmanager.ts';
import { createSsm, type Ssm } from '../../../lib/local/ssm/ssm.ts';
import { ACCOUNT } from '../../../lib/local/world/account.ts';
import {
  containerSecrets,
  EXECUTION_ROLE,
  plantSecrets,
  sampleRoles,
} from '../../../lib/local/world/sample-variables.ts';
import { type Account, startAccount } from '../account.ts';

const role = `arn:aws:iam::${ACCOUNT.accountId}:role/execution`;
const key = `arn:aws:kms:${ACCOUNT.region}:${ACCOUNT.accountId}:key/0d1c4a52-6a3e-4c7b-9a52-6c9b0a2d4f10`;
const reads = { Effect: 'Allow', Action: ['secretsmanager:GetSecretValue', 'ssm:GetParameters'], Resource: '*' };

const may = (...Statement: object[]) => account.identityPolicies.set(role, [{ Version: '2012-10-17', Statement }]);

let account: Account;
let secrets: SecretsManager;
let ssm: Ssm;

beforeAll(async () => {
  account = await startAccount(({ directory, ...context }) => {
    secrets = createSecretsManager({ ...context, ...ACCOUNT, directory: join(directory, 'secretsmanager') });
    ssm = createSsm({ ...context, ...ACCOUNT, directory: join(directory, 'ssm') });
    return [secrets.endpoint, ssm.endpoint];
  });
});
afterAll(() => account.close());

test('what lies under a key of its owner’s own is read for a container only where the execution role may use the key', () => {
  const secret = secrets.createSecret({ name: 'x', value: '{"jwt":"from the store"}', kmsKeyId: key });
  ssm.putParameter('/p', 'from Parameter Store', 'SecureString', key);
  const read = containerSecrets({ secrets, ssm });
  may(reads);
  for (const valueFrom of [`${secret}:jwt::`, '/p']) {
    expect(() => read(valueFrom, role)).toThrow(`kms:Decrypt on resource: ${key}`);
  }
  may(reads, { Effect: 'Allow', Action: 'kms:Decrypt', Resource: key });
  expect(read(`${secret}:jwt::`, role)).toBe('from the store');
  expect(read('/p', role)).toBe('from Parameter Store');
  may({ Effect: 'Allow', Action: 'kms:Decrypt', Resource: key });
  expect(() => read('/p', role)).toThrow('ssm:GetParameters');
  expect(() => read(secret, role)).toThrow('secretsmanager:GetSecretValue');
});

test("the sample's execution role may read all that the sample's containers take", () => {
  for (const { arn, policies } of sampleRoles) account.identityPolicies.set(arn, [...policies]);
  const read = containerSecrets({ secrets, ssm });
  const values = plantSecrets({ secrets, ssm }, key).map(({ valueFrom }) => read(valueFrom, EXECUTION_ROLE));
  expect(values).toHaveLength(5);
  expect(values.every((value) => value.length === 48)).toBe(true);
});
