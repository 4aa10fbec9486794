import { DecryptCommand, EncryptCommand, KMSClient } from '@aws-sdk/client-kms';
import { mockClient } from 'aws-sdk-client-mock';
import { kmsTokens } from '../../lib/adapters/tokens.ts';
import { declared, sdkError } from '../support/declared.ts';

const mock = mockClient(KMSClient);
const tokens = kmsTokens(new KMSClient({ region: 'eu-west-1' }), 'key');
beforeEach(() => mock.reset());

test('a token is sealed for one approval under the one key, and opened likewise', async () => {
  mock.on(EncryptCommand).resolves({ CiphertextBlob: new Uint8Array([1, 2, 3]) });
  mock.on(DecryptCommand).resolves({ Plaintext: Buffer.from('the token') });
  expect(await tokens.seal('autumn-go', 'the token')).toBe('AQID');
  expect(await tokens.open('autumn-go', 'AQID')).toBe('the token');
  const EncryptionContext = { approval: 'autumn-go' };
  expect(mock.commandCalls(EncryptCommand)[0]?.args[0].input).toMatchObject({ KeyId: 'key', EncryptionContext });
  expect(mock.commandCalls(DecryptCommand)[0]?.args[0].input).toEqual({
    KeyId: 'key',
    CiphertextBlob: Buffer.from([1, 2, 3]),
    EncryptionContext,
  });
});

test('a refusal is declared and has no token in it', async () => {
  mock.onAnyCommand().rejects(sdkError('InvalidCiphertextException'));
  const errors = await Promise.all([
    tokens.seal('autumn-go', 'the token').catch((error: unknown) => error),
    tokens.open('autumn-go', 'AQID').catch((error: unknown) => error),
  ]);
  for (const error of errors) {
    expect(error).toEqual(declared('ServiceUnavailable', /crypt a callback token: InvalidCiphertextException/));
    expect(String(error)).not.toMatch(/the token|AQID/);
  }
});
