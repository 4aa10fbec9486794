import { DecryptCommand, EncryptCommand, type KMSClient } from '@aws-sdk/client-kms';
import { refusedSecretly } from './refused.ts';

/** Callback tokens at rest: encrypted for one approval, under a key that only the deciding function may use. */
export interface Tokens {
  seal(approval: string, token: string): Promise<string>;
  open(approval: string, sealed: string): Promise<string>;
}

export function kmsTokens(client: KMSClient, keyId: string): Tokens {
  const context = (approval: string) => ({ approval });
  return {
    async seal(approval, token) {
      try {
        const { CiphertextBlob } = await client.send(
          new EncryptCommand({ KeyId: keyId, Plaintext: Buffer.from(token), EncryptionContext: context(approval) }),
        );
        return Buffer.from(CiphertextBlob ?? []).toString('base64');
      } catch (error) {
        throw refusedSecretly('encrypt a callback token', error);
      }
    },
    async open(approval, sealed) {
      try {
        const { Plaintext } = await client.send(
          new DecryptCommand({
            KeyId: keyId,
            CiphertextBlob: Buffer.from(sealed, 'base64'),
            EncryptionContext: context(approval),
          }),
        );
        return Buffer.from(Plaintext ?? []).toString('utf8');
      } catch (error) {
        throw refusedSecretly('decrypt a callback token', error);
      }
    },
  };
}
