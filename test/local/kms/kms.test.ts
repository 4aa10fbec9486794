import {
  DecryptCommand,
  DescribeKeyCommand,
  EncryptCommand,
  GenerateDataKeyCommand,
  GenerateRandomCommand,
  KMSClient,
} from '@aws-sdk/client-kms';
import { createKms, type Kms } from '../../../lib/local/kms/kms.ts';
import { type Account, accountId, region, startAccount } from '../account.ts';

let account: Account;
let kms: Kms;
let client: KMSClient;
let KeyId: string;
const Plaintext = Buffer.from('a task token');
const EncryptionContext = { approval: '7', run: 'r1' };

beforeAll(async () => {
  account = await startAccount((context) => {
    kms = createKms({ ...context, accountId, region });
    return [kms.endpoint];
  });
  client = new KMSClient(account.client());
  KeyId = kms.createKey({ alias: 'alias/token' });
});
afterAll(() => account.close());

const encrypt = async (more: object = {}) =>
  (await client.send(new EncryptCommand({ KeyId, Plaintext, EncryptionContext, ...more }))).CiphertextBlob!;
const decrypt = async (CiphertextBlob: Uint8Array, more: object = {}) =>
  Buffer.from(
    (await client.send(new DecryptCommand({ CiphertextBlob, EncryptionContext, ...more }))).Plaintext!,
  ).toString();

test('what was encrypted is decrypted with the same context, in any order of its pairs', async () => {
  const blob = await encrypt();
  expect(Buffer.from(blob).includes(Plaintext)).toBe(false);
  expect(await decrypt(blob)).toBe('a task token');
  expect(await decrypt(blob, { EncryptionContext: { run: 'r1', approval: '7' }, KeyId: 'alias/token' })).toBe(
    'a task token',
  );
});

test('another context, a changed ciphertext or another key does not decrypt', async () => {
  const blob = await encrypt();
  const changed = Buffer.from(blob);
  changed[changed.length - 1]! ^= 1;
  await expect(decrypt(blob, { EncryptionContext: { ...EncryptionContext, approval: '8' } })).rejects.toMatchObject({
    name: 'InvalidCiphertextException',
  });
  await expect(decrypt(changed)).rejects.toMatchObject({ name: 'InvalidCiphertextException' });
  await expect(decrypt(Buffer.from('nonsense'))).rejects.toMatchObject({ name: 'InvalidCiphertextException' });
  const other = kms.createKey({ alias: 'alias/other' });
  await expect(decrypt(blob, { KeyId: other })).rejects.toMatchObject({ name: 'IncorrectKeyException' });
});

test('more than 4096 bytes take a data key', async () => {
  await expect(encrypt({ Plaintext: Buffer.alloc(4097) })).rejects.toMatchObject({ name: 'ValidationException' });
  const dataKey = await client.send(new GenerateDataKeyCommand({ KeyId, KeySpec: 'AES_256', EncryptionContext }));
  expect(dataKey.Plaintext).toHaveLength(32);
  const opened = await client.send(new DecryptCommand({ CiphertextBlob: dataKey.CiphertextBlob, EncryptionContext }));
  expect(opened.Plaintext).toEqual(dataKey.Plaintext);
});

test('a key is used only by those whom its own policy names', async () => {
  const root = `arn:aws:iam::${accountId}:root`;
  const decider = account.role('Decider');
  const other = account.role('Other', { Effect: 'Allow', Action: 'kms:*', Resource: '*' });
  account.resourcePolicies.set(KeyId, {
    Statement: [
      { Effect: 'Allow', Principal: { AWS: root }, Action: 'kms:Describe*', Resource: '*' },
      {
        Effect: 'Allow',
        // A key that hands nothing over to the account is not even the administrator's.
        Principal: { AWS: `arn:aws:iam::${accountId}:user/ada` },
        Action: 'kms:Encrypt',
        Resource: '*',
      },
      {
        Effect: 'Allow',
        Principal: { AWS: `arn:aws:iam::${accountId}:role/Decider` },
        Action: 'kms:Decrypt',
        Resource: '*',
        Condition: { StringEquals: { 'kms:EncryptionContext:approval': '7' } },
      },
    ],
  });
  const blob = await encrypt();
  const as = (keys: typeof decider) => new KMSClient(account.client(keys));
  const open = new DecryptCommand({ CiphertextBlob: blob, EncryptionContext });
  expect(Buffer.from((await as(decider).send(open)).Plaintext!)).toEqual(Plaintext);
  await expect(as(other).send(open)).rejects.toMatchObject({
    name: 'AccessDeniedException',
    message: expect.stringContaining('no resource-based policy allows the kms:Decrypt action'),
  });
  await as(other).send(new DescribeKeyCommand({ KeyId }));
  await expect(as(decider).send(new EncryptCommand({ KeyId, Plaintext }))).rejects.toMatchObject({
    name: 'AccessDeniedException',
  });
  const elsewhere = await encrypt({ EncryptionContext: { approval: '8' } });
  const wrong = new DecryptCommand({ CiphertextBlob: elsewhere, EncryptionContext: { approval: '8' } });
  await expect(as(decider).send(wrong)).rejects.toMatchObject({ name: 'AccessDeniedException' });
});

test('a key is there once for its alias, and survives a restart', async () => {
  const blob = await encrypt();
  expect(kms.createKey({ alias: 'alias/token' })).toBe(KeyId);
  const again = await startAccount((context) => [
    createKms({ ...context, directory: account.directory, accountId, region }).endpoint,
  ]);
  try {
    const reader = new KMSClient(again.client());
    const opened = await reader.send(new DecryptCommand({ CiphertextBlob: blob, EncryptionContext }));
    expect(Buffer.from(opened.Plaintext!)).toEqual(Plaintext);
    expect((await reader.send(new DescribeKeyCommand({ KeyId: 'alias/token' }))).KeyMetadata).toMatchObject({
      Arn: KeyId,
      Enabled: true,
    });
  } finally {
    await again.close();
  }
});

test('an unknown key is named, and randomness needs none', async () => {
  await expect(encrypt({ KeyId: 'alias/none' })).rejects.toMatchObject({ name: 'NotFoundException' });
  expect((await client.send(new GenerateRandomCommand({ NumberOfBytes: 16 }))).Plaintext).toHaveLength(16);
});
