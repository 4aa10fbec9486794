import { blocker, type Check, info, pass, warning } from '../check.ts';
import { isUnknown } from '../unknown.ts';

const NAME = 'ENCRYPTION_KEY_OLD';

/** While a rotation is not over, some values open with the former key alone. */
export const check: Check = {
  id: 'encryption-key-old',
  title: 'A rotation of the encryption key that is not over moves with both keys',
  about: 'application',
  needsTarget: true,
  look({ source, target }) {
    const [from, to] = [source.encryption?.previousKey?.fingerprint, target.encryption?.previousKey?.fingerprint];
    if (!source.encryption || !target.encryption) {
      return warning(`Could not be learned: whether ${NAME} is set on both sides.`, `Compare ${NAME} by hand.`);
    }
    const unlearned = (side: string) =>
      warning(
        `Could not be learned: the ${side}'s ${NAME}, which comes or may come from a place that Passage does not read.`,
        `Make sure that both sides have the same ${NAME}, or none.`,
      );
    if (!from && isUnknown(source, NAME)) return unlearned('source');
    if (!from) {
      // What a target has beyond that harms nothing, so it need not be known.
      if (isUnknown(target, NAME)) return pass(`The source sets no ${NAME}.`);
      return to
        ? info(`Only the target sets ${NAME}.`, 'Remove it there after the migration: nothing was written with it.')
        : pass(`Neither side sets ${NAME}.`);
    }
    if (from === to) return pass(`Equal fingerprints (${from.slice(0, 8)}…).`);
    if (!to && isUnknown(target, NAME)) return unlearned('target');
    return blocker(
      to ? `The target's ${NAME} is not the source's.` : `The source sets ${NAME}, the target does not.`,
      `Set the source's ${NAME} on the target, or end the rotation on the source first.`,
    );
  },
};
