import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { mockClient } from 'aws-sdk-client-mock';
import { secretValues } from '../../lib/adapters/secret-values.ts';
import { declared, sdkError } from '../support/declared.ts';

const [secrets, parameters] = [mockClient(SecretsManagerClient), mockClient(SSMClient)];
const region = { region: 'eu-west-1' };
const values = secretValues({
  secretsManager: (at) => new SecretsManagerClient({ region: at ?? region.region }),
  ssm: (at) => new SSMClient({ region: at ?? region.region }),
});
const arn = 'arn:aws:secretsmanager:eu-west-1:111111111111:secret:a-AbCdEf';
beforeEach(() => {
  secrets.reset();
  parameters.reset();
});

test('asks for exactly the key, stage and version that a reference names', async () => {
  secrets.on(GetSecretValueCommand).resolves({ SecretString: '{"k":"value"}' });
  expect(await values.read(`${arn}:k:AWSPREVIOUS:v1`)).toEqual({ value: 'value' });
  expect(await values.read(arn)).toEqual({ value: '{"k":"value"}' });
  expect(secrets.commandCalls(GetSecretValueCommand).map(({ args }) => args[0].input)).toEqual([
    { SecretId: arn, VersionStage: 'AWSPREVIOUS', VersionId: 'v1' },
    { SecretId: arn },
  ]);
});

test('a store is asked in the region that an ARN names', async () => {
  const regions: string[] = [];
  const regionOf = async (client: { config: { region: () => Promise<string> } }) => {
    regions.push(await client.config.region());
  };
  secrets.on(GetSecretValueCommand).callsFake(async (_, client) => {
    await regionOf(client());
    return { SecretString: 'value' };
  });
  parameters.on(GetParameterCommand).callsFake(async (_, client) => {
    await regionOf(client());
    return { Parameter: { Value: 'value' } };
  });
  await values.read('arn:aws:secretsmanager:us-east-1:111111111111:secret:a-AbCdEf');
  await values.read('arn:aws:ssm:ap-south-1:111111111111:parameter/a');
  await values.read('/a');
  expect(regions).toEqual(['us-east-1', 'ap-south-1', 'eu-west-1']);
});

test('a parameter is decrypted', async () => {
  parameters
    .on(GetParameterCommand, { Name: '/a/b', WithDecryption: true })
    .resolves({ Parameter: { Value: 'value' } });
  expect(await values.read('/a/b')).toEqual({ value: 'value' });
});

test.each([
  [
    'a secret',
    arn,
    'AccessDeniedException',
    'not authorized',
    /source\.ecs\.secretArns .*secretsmanager:GetSecretValue/,
  ],
  ['a parameter', '/a/b', 'AccessDeniedException', 'not authorized', /source\.ecs\.secretArns .*ssm:GetParameter/],
  ['its key', arn, 'AccessDeniedException', 'Access to KMS is not allowed', /source\.ecs\.kmsKeyArns .*kms:Decrypt/],
  ["a parameter's key", '/a/b', 'InvalidKeyId', 'no key', /source\.ecs\.kmsKeyArns/],
  ['one that is gone', arn, 'ResourceNotFoundException', 'gone', /restore what it names/],
  ['one that is being deleted', arn, 'InvalidRequestException', 'marked for deletion', /restore what it names/],
])('%s that may not be read is told with the right to add', async (_, valueFrom, name, message, todo) => {
  secrets.on(GetSecretValueCommand).rejects(sdkError(name, message));
  parameters.on(GetParameterCommand).rejects(sdkError(name, message));
  expect(await values.read(valueFrom)).toEqual({
    what: `could not be read: ${name}`,
    todo: expect.stringMatching(todo),
  });
});

test('what is not JSON, has not the key, or holds bytes is told, without a word of it', async () => {
  secrets.on(GetSecretValueCommand).resolves({ SecretString: 'hush-hush' });
  const reading = await values.read(`${arn}:k::`);
  expect(reading).toMatchObject({ what: 'is not JSON with the key "k"' });
  expect(JSON.stringify(reading)).not.toContain('hush');
  secrets.on(GetSecretValueCommand).resolves({ SecretBinary: new Uint8Array([1]) });
  expect(await values.read(arn)).toMatchObject({ what: 'has no text' });
});

test('a store that does not answer is another matter', async () => {
  secrets.on(GetSecretValueCommand).rejects(sdkError('ThrottlingException'));
  await expect(values.read(arn)).rejects.toEqual(declared('ServiceUnavailable', /read arn:.*ThrottlingException/));
});
