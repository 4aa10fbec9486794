import type { Progress } from '../copier/staged.ts';

/** A worker writes its progress every second: five times unheard is more than a slow disk. */
const SILENT_MS = 5_000;

/** The worker that has been silent longest though it is not done: it is lost, or about to be replaced. */
export function silentWorker(
  progress: readonly Pick<Progress, 'role' | 'phase' | 'at'>[],
  now: number,
): { readonly role: string; readonly seconds: number } | null {
  const silent = progress
    .filter(({ phase }) => phase !== 'done')
    .map(({ role, at }) => ({ role, milliseconds: now - Date.parse(at) }))
    .filter(({ milliseconds }) => milliseconds > SILENT_MS)
    .sort((a, b) => b.milliseconds - a.milliseconds)[0];
  return silent === undefined ? null : { role: silent.role, seconds: silent.milliseconds / 1000 };
}
