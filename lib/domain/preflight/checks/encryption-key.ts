import { blocker, type Check, info, pass, warning } from '../check.ts';

const NAME = 'ENCRYPTION_KEY';

/** A restored database is unreadable to an application with another key. */
export const check: Check = {
  id: 'encryption-key',
  title: 'Both sides have the same encryption key',
  about: 'application',
  needsTarget: true,
  look({ source, target }) {
    const [from, to] = [source.encryptionKey?.fingerprint, target.encryptionKey?.fingerprint];
    const sets = ({ variables }: { variables: readonly { name: string }[] }) =>
      variables.some(({ name }) => name === NAME);
    if (
      (!from && sets(source)) ||
      (!to && (sets(target) || target.environmentFrom.some(({ complete }) => !complete)))
    ) {
      return warning(
        `Could not be learned: the ${from ? 'target' : 'source'}'s ${NAME}, which is set from a place that Passage could not read.`,
        'Let Passage read it (the target\'s from Kubernetes secret "encryption-key"), or open a resource on the target with the copied data: readable credentials prove the key.',
      );
    }
    if (!from && !to) {
      return info(
        'Neither side sets ENCRYPTION_KEY: values are stored in clear.',
        'Set a key after the migration and let Retool encrypt.',
      );
    }
    if (!from) {
      return blocker(
        'The source sets no ENCRYPTION_KEY, the target does.',
        'Remove the key from the target, or set on the source the key that its data was written with.',
      );
    }
    if (!to) {
      return blocker(
        'The target has no ENCRYPTION_KEY, the source does.',
        'Store the source\'s key in the target\'s Kubernetes secret "encryption-key" before anything is copied.',
      );
    }
    if (from === to) return pass(`Equal fingerprints (${from.slice(0, 8)}…).`);
    return blocker(
      `The target's ENCRYPTION_KEY (fingerprint ${to.slice(0, 8)}…) is not the source's (${from.slice(0, 8)}…).`,
      'The source\'s key is the one its data was written with: store that key in the target\'s Kubernetes secret "encryption-key".',
    );
  },
};
