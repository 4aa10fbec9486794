import type { BootingPod } from '../domain/boot.ts';
import { type Decryption, judgeKeys } from '../domain/decryption.ts';
import type { Booted } from './booted.ts';
import { encryptedByApplication } from './management-api.ts';
import type { BootedDatabase } from './postgres/scratch-boot.ts';
import type { Secrets } from './secrets.ts';

/** Lets the booted application encrypt a value, and sees by which key. */
export async function tryDecryption(
  booted: Booted,
  pod: BootingPod,
  of: {
    readonly secrets: Secrets;
    /** The copy as it was before. */
    readonly before: BootedDatabase;
    readonly look: () => Promise<BootedDatabase>;
    /** Whether the application has a previous key, too. */
    readonly rotating: boolean;
  },
): Promise<Decryption> {
  const secret = booted.configuration.target.application?.boot?.apiTokenSecret;
  if (!secret) {
    return {
      proved: false,
      saw: 'The application was not asked: the configuration names no target.application.boot.apiTokenSecret.',
    };
  }
  const token = (await of.secrets.text(secret)).trim();
  const seen = await encryptedByApplication((question) => booted.ask(pod, question), token, of.look);
  if ('because' in seen) return { proved: false, saw: `The application was asked to encrypt, but ${seen.because}.` };
  return judgeKeys(hashesOf(of.before), hashesOf(seen.saw), of.rotating);
}

function hashesOf({ encrypted }: BootedDatabase): Map<string, number> {
  const sums = new Map<string, number>();
  for (const { hash, values } of encrypted?.groups ?? []) sums.set(hash, (sums.get(hash) ?? 0) + values);
  return sums;
}
