import { blocker, type Check, info, pass, warning } from '../check.ts';

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
    if (!from) {
      return to
        ? info(`Only the target sets ${NAME}.`, 'Remove it there after the migration: nothing was written with it.')
        : pass(`Neither side sets ${NAME}.`);
    }
    if (from === to) return pass(`Equal fingerprints (${from.slice(0, 8)}…).`);
    if (!to && target.variables.some(({ name }) => name === NAME)) {
      return warning(
        `Could not be learned: the target's ${NAME}, which comes from an object that Passage does not read.`,
        "Make sure that it is the source's.",
      );
    }
    return blocker(
      to ? `The target's ${NAME} is not the source's.` : `The source sets ${NAME}, the target does not.`,
      `Set the source's ${NAME} on the target, or end the rotation on the source first.`,
    );
  },
};
