import type { Rehearsal } from '../../../workflow/documents/proofs.ts';
import { interval, utc, wholeDuration } from '../../quantities.ts';
import { refusalToBegin, type Window, windowOf } from '../../window.ts';
import { blocker, type Check, info, type Learned, pass, type Result, unlearned, warning } from '../check.ts';

/** Seconds of a predicted freeze beyond which a working day is hardly the time for it. */
const LONG = 3600;

export const check: Check = {
  id: 'freeze-window',
  title: 'The freeze fits into a window',
  about: 'cutover',
  look(collected) {
    const { configuration, lastRehearsal, now, plan } = collected;
    const window = windowOf(configuration, lastRehearsal?.predictedFreezeSeconds ?? null);
    if (window && window.to <= now) {
      return blocker(`The window ended at ${utc(window.to)}.`, 'Agree on another "window".');
    }
    // A rehearsal predicts by itself, and its report says so.
    if (plan.mode === 'rehearsal' && !window) return null;
    if (!lastRehearsal) return unlearned('how long the freeze lasts.', 'Rehearse: that predicts it.');
    return window ? inside(window, collected, lastRehearsal) : withoutWindow(collected, lastRehearsal);
  },
};

const predicted = ({ predictedFreezeSeconds }: Rehearsal): string => `Predicted: ${interval(predictedFreezeSeconds)}`;

/** People choose the time by when they start the cutover and say "go". */
function withoutWindow({ configuration }: Learned, rehearsal: Rehearsal): Result {
  const saw = `${predicted(rehearsal)}, and up to ${wholeDuration(toSwitch(configuration))} more until "switch" is decided. No window is configured.`;
  if (rehearsal.predictedFreezeSeconds.high > LONG) {
    return warning(saw, 'Start the cutover when nobody works, and announce the longest time.');
  }
  return info(saw, 'Start the cutover so that the longest time ends before users are back, or configure a "window".');
}

function inside(window: Window, { configuration, plan, now }: Learned, rehearsal: Rehearsal): Result {
  const saw = `${predicted(rehearsal)}.`;
  const begin = Math.max(window.from, now);
  // The last look, after "go", is made in the time that was kept for it.
  if (window.go < window.from || now > window.begin) {
    return blocker(
      `${saw} ${refusalToBegin(window, begin)}`,
      'Agree on a longer "window", or make the freeze shorter: the report of the rehearsal shows what it consists of.',
    );
  }
  if (plan.mode === 'cutover' && now < window.from) {
    return warning(`${saw} ${refusalToBegin(window, now)}`, 'Start again then: until then a cutover is refused.');
  }
  const left = (window.to - begin) / 1000 - rehearsal.predictedFreezeSeconds.high;
  const wanted = toSwitch(configuration);
  if (left < wanted) {
    return warning(
      `${saw} After the longest freeze that begins at ${utc(begin)}, ${wholeDuration(left)} of the window are left to decide on "switch", and not ${wholeDuration(wanted)}.`,
      'Shorten approvals.minutesToDecide.switch, or agree on a longer "window"; what is undecided at its end is undone.',
    );
  }
  const fresh = configuration.rehearsalFreshForHours * 3_600_000;
  if (Date.parse(rehearsal.finishedAt) + fresh < window.from) {
    return info(
      `${saw} The last rehearsal will be stale when the window begins, at ${utc(window.from)}.`,
      `Rehearse again after ${utc(window.from - fresh)}.`,
    );
  }
  return pass(`${saw} "go" is decided by ${utc(window.go)}, "switch" by ${utc(window.to)}.`);
}

/** Seconds in which people decide on "switch". */
const toSwitch = ({ approvals }: Learned['configuration']): number => (approvals?.minutesToDecide.switch ?? 0) * 60;
