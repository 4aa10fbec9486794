import { z } from 'zod';
import { stagingKeys } from '../domain/run.ts';
import type { Boot } from '../workflow/documents/boot.ts';
import type { Documents } from './documents.ts';
import type { BootPods } from './kubernetes/boot-pods.ts';

const Seen = z.strictObject({ peakBytes: z.int().nonnegative(), samples: z.int().positive() });

/**
 * Looks once more how much memory the booted backend uses, and returns the most that any look of the run saw. Each look
 * is a call of a function of its own, so what was seen is kept in staging, which ends with the run.
 */
export async function sampleMemory(
  staging: Pick<Documents, 'read' | 'put'>,
  run: string,
  pods: Pick<BootPods, 'memory'>,
): Promise<Omit<Boot['memory'], 'limit'>> {
  const key = stagingKeys.bootMemory(run);
  const [now, before] = await Promise.all([pods.memory(), staging.read(key, Seen)]);
  if ('because' in now) {
    if (before) return { ...before.value, because: null };
    return { peakBytes: null, samples: 0, because: now.because };
  }
  const seen: z.infer<typeof Seen> = {
    peakBytes: Math.max(now.bytes, before?.value.peakBytes ?? 0),
    samples: (before?.value.samples ?? 0) + 1,
  };
  await staging.put(key, JSON.stringify(seen), 'application/json');
  return { ...seen, because: null };
}
