import type { DeployedMigration } from '../workflow/configuration.ts';
import type { Rehearsal } from '../workflow/documents/proofs.ts';
import type { Subject } from '../workflow/documents/run.ts';
import { utc } from './quantities.ts';

/** A window in milliseconds since 1970. */
export interface Window {
  readonly from: number;
  readonly to: number;
  /** The last moment at which a freeze may begin so that even the longest predicted one fits. */
  readonly begin: number;
  /** The last moment for "go": the last look, after it and before the freeze, fits as well. */
  readonly go: number;
}

/**
 * Kept for the last look, which comes between "go" and the freeze and refuses a freeze that no longer fits. Its longest
 * task, inspecting the databases, may take 120 s; the others wait for less, and much of it goes on side by side.
 */
const LAST_LOOK_SECONDS = 120;

/** What a migration's configuration says of its window, measured against a predicted freeze; null without a window. */
export function windowOf(
  { window }: Pick<DeployedMigration, 'window'>,
  predicted: Rehearsal['predictedFreezeSeconds'] | null,
): Window | null {
  if (!window) return null;
  const to = Date.parse(window.to);
  const begin = to - (predicted?.high ?? 0) * 1000;
  return { from: Date.parse(window.from), to, begin, go: begin - LAST_LOOK_SECONDS * 1000 };
}

/** Why a cutover may not go on to its approvals now, in a sentence, or null. */
export function refusalToBegin(window: Window | null, now: number): string | null {
  if (!window) return null;
  const { from, to, go } = window;
  const words = `the window from ${utc(from)} to ${utc(to)}`;
  if (go < from) return `The last look and the longest predicted freeze do not fit into ${words}.`;
  if (now < from) return `${capital(words)} has not begun.`;
  if (now > to) return `${capital(words)} is over.`;
  if (now > go) {
    return `It is too late in ${words}: "go" must be decided by ${utc(go)}, so that the last look and the longest predicted freeze fit.`;
  }
  return null;
}

const capital = (text: string): string => text.replace(/^./, (first) => first.toUpperCase());

/** The last moment at which a window lets people decide. */
export const lastMoment = (subject: Subject, window: Window): number => (subject === 'go' ? window.go : window.to);

/**
 * Until when people may decide: for so long as the configuration gives them, but "go" not beyond the last moment at
 * which the last look and the longest predicted freeze still fit into the window, and "switch" not beyond the window's end.
 * @returns milliseconds since 1970
 */
export function deadline(subject: Subject, window: Window | null, now: number, seconds: number): number {
  const given = now + seconds * 1000;
  if (!window) return given;
  return Math.min(given, lastMoment(subject, window));
}
