import { createCipheriv, createDecipheriv, randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import type { Clock } from '../clock.ts';
import { openStateFile } from '../state-file.ts';
import { type Authorize, AwsError, type ConditionKeys, type Endpoint, type SignedRequest } from '../wire/endpoint.ts';
import { epochSeconds, jsonEndpoint, operation } from '../wire/json.ts';

interface KmsOptions {
  /** Holds `keys.json`, readable by its owner only: it has the keys' material. */
  readonly directory: string;
  readonly authorize: Authorize;
  readonly clock: Clock;
  readonly accountId: string;
  readonly region: string;
}

export interface Kms {
  readonly endpoint: Endpoint;
  /**
   * Creates the key that `alias` (`alias/passage-token`) names, unless it is there. Its policy is the resource policy
   * of its ARN: without one, nobody but an administrator may use it. @returns its ARN
   */
  createKey(key: { readonly alias: string; readonly description?: string }): string;
}

interface Key {
  readonly id: string;
  readonly alias: string;
  readonly description: string;
  /** Milliseconds since the epoch. */
  readonly created: number;
  /** 32 bytes in base64. */
  readonly material: string;
}

const keyId = z.string().min(1).max(2048);
const context = z.record(z.string(), z.string()).default({});
const bytes = z.base64();
/** What KMS encrypts itself; more than that takes a data key. */
const LONGEST_PLAINTEXT = 4096;

/** KMS on loopback: AES-256-GCM, with the encryption context as additional data that must be the same again. */
export function createKms({ directory, authorize, clock, accountId, region }: KmsOptions): Kms {
  const file = openStateFile<{ keys: Key[] }>(join(directory, 'keys.json'), { keys: [] });
  const { keys } = file.value;
  const prefix = `arn:aws:kms:${region}:${accountId}:`;
  const arnOf = (key: Key) => `${prefix}key/${key.id}`;

  const find = (asked: string): Key => {
    const key = keys.find((each) => [each.id, arnOf(each), each.alias, prefix + each.alias].includes(asked));
    if (!key)
      throw new AwsError(
        'NotFoundException',
        400,
        `Key '${asked.startsWith('arn:') ? asked : `${prefix}key/${asked}`}' does not exist`,
      );
    return key;
  };
  const allow = (request: SignedRequest, action: string, key: Key, encryptionContext: Record<string, string> = {}) => {
    const conditions: Record<string, string | string[]> = {
      'kms:EncryptionContextKeys': Object.keys(encryptionContext),
    };
    for (const [name, value] of Object.entries(encryptionContext)) conditions[`kms:EncryptionContext:${name}`] = value;
    authorize(request.principal, `kms:${action}`, arnOf(key), conditions satisfies ConditionKeys);
  };
  const used = (key: Key) => ({ KeyId: arnOf(key), EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' });

  const dataKeyInput = z.object({
    KeyId: keyId,
    EncryptionContext: context,
    KeySpec: z.enum(['AES_128', 'AES_256']).optional(),
    NumberOfBytes: z.int().min(1).max(1024).optional(),
  });
  const dataKey = (input: z.output<typeof dataKeyInput>, request: SignedRequest, action: string) => {
    const key = find(input.KeyId);
    allow(request, action, key, input.EncryptionContext);
    if ((input.KeySpec === undefined) === (input.NumberOfBytes === undefined)) {
      throw new AwsError('ValidationException', 400, 'Please specify either number of bytes or key spec.');
    }
    const plaintext = randomBytes(input.NumberOfBytes ?? (input.KeySpec === 'AES_128' ? 16 : 32));
    return { plaintext, answer: { KeyId: arnOf(key), CiphertextBlob: seal(key, plaintext, input.EncryptionContext) } };
  };

  const endpoint = jsonEndpoint({
    service: 'kms',
    targetPrefix: 'TrentService',
    version: '1.1',
    operations: {
      Encrypt: operation(z.object({ KeyId: keyId, Plaintext: bytes, EncryptionContext: context }), (input, request) => {
        const key = find(input.KeyId);
        allow(request, 'Encrypt', key, input.EncryptionContext);
        const plaintext = Buffer.from(input.Plaintext, 'base64');
        if (plaintext.length === 0 || plaintext.length > LONGEST_PLAINTEXT) {
          throw new AwsError(
            'ValidationException',
            400,
            `Plaintext must have 1 to ${LONGEST_PLAINTEXT} bytes; use a data key for more.`,
          );
        }
        return { ...used(key), CiphertextBlob: seal(key, plaintext, input.EncryptionContext) };
      }),
      Decrypt: operation(
        z.object({ CiphertextBlob: bytes, KeyId: keyId.optional(), EncryptionContext: context }),
        (input, request) => {
          const blob = Buffer.from(input.CiphertextBlob, 'base64');
          const key = keys.find((each) => each.id === sealedBy(blob));
          if (!key) throw invalidCiphertext();
          allow(request, 'Decrypt', key, input.EncryptionContext);
          if (input.KeyId && find(input.KeyId) !== key) {
            throw new AwsError(
              'IncorrectKeyException',
              400,
              'The key ID in the request does not identify a CMK that can perform this operation.',
            );
          }
          return { ...used(key), Plaintext: open(key, blob, input.EncryptionContext).toString('base64') };
        },
      ),
      GenerateDataKey: operation(dataKeyInput, (input, request) => {
        const { plaintext, answer } = dataKey(input, request, 'GenerateDataKey');
        return { ...answer, Plaintext: plaintext.toString('base64') };
      }),
      GenerateDataKeyWithoutPlaintext: operation(
        dataKeyInput,
        (input, request) => dataKey(input, request, 'GenerateDataKeyWithoutPlaintext').answer,
      ),
      GenerateRandom: operation(z.object({ NumberOfBytes: z.int().min(1).max(1024) }), (input, request) => {
        authorize(request.principal, 'kms:GenerateRandom', '*');
        return { Plaintext: randomBytes(input.NumberOfBytes).toString('base64') };
      }),
      DescribeKey: operation(z.object({ KeyId: keyId }), (input, request) => {
        const key = find(input.KeyId);
        allow(request, 'DescribeKey', key);
        return {
          KeyMetadata: {
            AWSAccountId: accountId,
            KeyId: key.id,
            Arn: arnOf(key),
            CreationDate: epochSeconds(key.created),
            Description: key.description,
            Enabled: true,
            KeyState: 'Enabled',
            KeyUsage: 'ENCRYPT_DECRYPT',
            KeySpec: 'SYMMETRIC_DEFAULT',
            KeyManager: 'CUSTOMER',
            Origin: 'AWS_KMS',
            MultiRegion: false,
            EncryptionAlgorithms: ['SYMMETRIC_DEFAULT'],
          },
        };
      }),
    },
  });
  return {
    endpoint,
    createKey({ alias, description = '' }) {
      const existing = keys.find((key) => key.alias === alias);
      if (existing) return arnOf(existing);
      const key: Key = {
        id: randomUUID(),
        alias,
        description,
        created: clock.now(),
        material: randomBytes(32).toString('base64'),
      };
      keys.push(key);
      file.save();
      return arnOf(key);
    },
  };
}

/** A ciphertext: one byte of format, 16 of the key's id, 12 of nonce, 16 of tag, and the rest. */
const FORMAT = 1;
const [KEY_AT, NONCE_AT, TAG_AT, DATA_AT] = [1, 17, 29, 45] as const;

function seal(key: Key, plaintext: Buffer, encryptionContext: Record<string, string>): string {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', Buffer.from(key.material, 'base64'), nonce).setAAD(
    additionalData(encryptionContext),
  );
  const data = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  const id = Buffer.from(key.id.replaceAll('-', ''), 'hex');
  return Buffer.concat([Buffer.from([FORMAT]), id, nonce, cipher.getAuthTag(), data]).toString('base64');
}

function open(key: Key, blob: Buffer, encryptionContext: Record<string, string>): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', Buffer.from(key.material, 'base64'), blob.subarray(NONCE_AT, TAG_AT))
    .setAAD(additionalData(encryptionContext))
    .setAuthTag(blob.subarray(TAG_AT, DATA_AT));
  try {
    return Buffer.concat([decipher.update(blob.subarray(DATA_AT)), decipher.final()]);
  } catch {
    throw invalidCiphertext();
  }
}

function sealedBy(blob: Buffer): string | undefined {
  if (blob[0] !== FORMAT || blob.length <= DATA_AT) return undefined;
  return blob
    .subarray(KEY_AT, NONCE_AT)
    .toString('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** The same for the same pairs, whatever their order. */
const additionalData = (encryptionContext: Record<string, string>): Buffer =>
  Buffer.from(JSON.stringify(Object.entries(encryptionContext).sort(([a], [b]) => (a < b ? -1 : 1))));

const invalidCiphertext = () =>
  new AwsError(
    'InvalidCiphertextException',
    400,
    'The ciphertext, or the encryption context, is not what was encrypted.',
  );
