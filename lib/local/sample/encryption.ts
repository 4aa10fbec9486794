import { createCipheriv, createDecipheriv, createHash, scryptSync } from 'node:crypto';

/** The shape in which Retool stores a secret: AES-192-CBC, the same text for the same value and key. */
interface EncryptedValue {
  readonly canaryValue: '__RETOOL_ENCRYPTED_JSON__';
  readonly methodVersion: 2;
  /** 64 hexadecimal digits, the same in every value of one key. */
  readonly encryptionKeyHash: string;
  readonly encryptedValue: string;
  readonly iv: null;
  readonly authTag: null;
}

/** Encrypts any JSON value with an `ENCRYPTION_KEY`. How the vendor derives its key is not public: this is the sample's way. */
export function encrypt(encryptionKey: string, value: unknown): EncryptedValue {
  const { key, iv, hash } = derive(encryptionKey);
  const cipher = createCipheriv('aes-192-cbc', key, iv);
  const encrypted = Buffer.concat([cipher.update(JSON.stringify(value), 'utf8'), cipher.final()]);
  return {
    canaryValue: '__RETOOL_ENCRYPTED_JSON__',
    methodVersion: 2,
    encryptionKeyHash: hash,
    encryptedValue: encrypted.toString('hex'),
    iv: null,
    authTag: null,
  };
}

/** @throws when the value was encrypted with another key. */
export function decrypt(encryptionKey: string, value: EncryptedValue): unknown {
  const { key, iv, hash } = derive(encryptionKey);
  if (value.encryptionKeyHash !== hash) throw new Error('The value was encrypted with another ENCRYPTION_KEY.');
  const decipher = createDecipheriv('aes-192-cbc', key, iv);
  const text = Buffer.concat([decipher.update(Buffer.from(value.encryptedValue, 'hex')), decipher.final()]);
  return JSON.parse(text.toString('utf8'));
}

/** What rows carry of the key, to compare keys without knowing them. */
export const encryptionKeyHash = (encryptionKey: string): string => derive(encryptionKey).hash;

const derived = new Map<string, { key: Buffer; iv: Buffer; hash: string }>();

/** Slow on purpose, so once for each key. The hash is of the derived key: of the given one it would betray nothing less. */
function derive(encryptionKey: string) {
  let found = derived.get(encryptionKey);
  if (!found) {
    // AES-192 takes 24 bytes, its block 16; both constant, because equal values encrypt to equal texts.
    const bytes = scryptSync(encryptionKey, 'sample-retool', 24 + 16);
    const key = bytes.subarray(0, 24);
    found = { key, iv: bytes.subarray(24), hash: createHash('sha256').update('key').update(key).digest('hex') };
    derived.set(encryptionKey, found);
  }
  return found;
}
