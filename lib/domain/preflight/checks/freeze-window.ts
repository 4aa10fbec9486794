import { type Check, info, unlearned, warning } from '../check.ts';
import { duration } from '../words.ts';

/** Seconds of a predicted freeze beyond which a working day is hardly the time for it. */
const LONG = 3600;

/** The configuration names no window: people choose it by when they start the cutover and say "go". */
export const check: Check = {
  id: 'freeze-window',
  title: 'The freeze fits into a window',
  about: 'cutover',
  look({ lastRehearsal, configuration }) {
    if (!lastRehearsal) return unlearned('how long the freeze lasts.', 'Rehearse: that predicts it.');
    const { low, high } = lastRehearsal.predictedFreezeSeconds;
    const decide = (configuration.approvals?.minutesToDecide.switch ?? 0) * 60;
    const saw = `Predicted: ${duration(low)} to ${duration(high)}, and up to ${duration(decide)} more until "switch" is decided.`;
    if (high > LONG) return warning(saw, 'Start the cutover when nobody works, and announce the longest time.');
    return info(saw, 'Start the cutover so that the longest time ends before users are back.');
  },
};
