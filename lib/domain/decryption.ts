import type { Boot } from '../workflow/documents/boot.ts';
import type { SourceFindings, TargetFindings } from '../workflow/documents/collected.ts';
import type { BootingPod } from './boot.ts';

/** How many encrypted values a database holds, by the hash of the key that encrypted them. */
type KeyHashes = ReadonlyMap<string, number>;

export type Decryption = Boot['decryption'] | { readonly refused: string };

/**
 * What it means that the application was asked to encrypt a value: which key it used stands in the value, beside the
 * values that came from the source. Equal hashes mean one key, so that it decrypts those.
 * @param before of the copy before it was asked, by hash
 * @param rotating whether ENCRYPTION_KEY_OLD is set: then new values may bear a key that no stored one bears yet
 */
export function judgeKeys(before: KeyHashes, after: KeyHashes, rotating: boolean): Decryption {
  const used = [...after].filter(([hash, values]) => values > (before.get(hash) ?? 0)).map(([hash]) => hash);
  const stored = [...before.values()].reduce((sum, values) => sum + values, 0);
  if (stored === 0) {
    return { proved: false, saw: 'The copy holds no encrypted value to compare with.' };
  }
  if (used.length === 0) {
    return {
      proved: false,
      saw: 'The application stored a secret variable, but no encrypted value was found to appear.',
    };
  }
  if (used.every((hash) => before.has(hash))) {
    return {
      proved: true,
      saw: `The application encrypted a value with the key that ${stored} stored values name.`,
    };
  }
  if (rotating) {
    return {
      proved: false,
      saw: 'The application encrypts with a new key while ENCRYPTION_KEY_OLD is set: a rotation is not over, and stored values still name the old one.',
    };
  }
  return {
    refused: `The application encrypts with another key than the one that ${stored} stored values name: it could read none of them.`,
  };
}

/**
 * Whether the application has a previous key, too: by the pod itself, by what was read of its Secrets, and where their
 * keys could not all be read, by the source.
 */
export function hasPreviousKey(
  pod: Pick<BootingPod, 'variables'>,
  target: Pick<TargetFindings, 'variables' | 'environmentFrom'>,
  source: Pick<SourceFindings, 'encryption'>,
): boolean {
  const old = 'ENCRYPTION_KEY_OLD';
  if (pod.variables.includes(old) || target.variables.some(({ name }) => name === old)) return true;
  return target.environmentFrom.some(({ complete }) => !complete) && source.encryption?.previousKey != null;
}
