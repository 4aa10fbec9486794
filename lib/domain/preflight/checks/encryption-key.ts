import { blocker, type Check, info, type Learned, pass, warning } from '../check.ts';
import { isUnknown } from '../unknown.ts';

const NAME = 'ENCRYPTION_KEY';

/** A restored database is unreadable to an application with another key. */
export const check: Check = {
  id: 'encryption-key',
  title: 'Both sides have the same encryption key',
  about: 'application',
  needsTarget: true,
  look({ source, target, databases }) {
    const [from, to] = [source.encryptionKey?.fingerprint, target.encryptionKey?.fingerprint];
    const stored = storedWith(databases);
    if (!from && !isUnknown(source, NAME) && stored > 0) {
      return blocker(
        `No task definition of the source sets ENCRYPTION_KEY, and ${stored} of its stored values were encrypted with one: the key comes from elsewhere.`,
        'Find it in the image or its start script, and state it in the source\'s task definition and in the target\'s Kubernetes secret "encryption-key": then both can be compared.',
      );
    }
    if ((!from && isUnknown(source, NAME)) || (!to && isUnknown(target, NAME))) {
      return warning(
        `Could not be learned: the ${from ? 'target' : 'source'}'s ${NAME}, which is set from a place that Passage could not read.`,
        'Let Passage read it (the target\'s from Kubernetes secret "encryption-key"), or open a resource on the target with the copied data: readable credentials prove the key.',
      );
    }
    if (!from && !to) {
      return info(
        databases?.source.canaries
          ? 'Neither side sets ENCRYPTION_KEY, and no stored value was encrypted with one.'
          : 'Neither side sets ENCRYPTION_KEY; whether stored values were encrypted with one is not known.',
        'Set a key after the migration and let Retool encrypt.',
      );
    }
    if (!from) {
      return blocker(
        'The source sets no ENCRYPTION_KEY, the target does.',
        'See whether the source has a key from elsewhere, like its image, and state that one on both sides. If it has none, its values are in clear: copy them to a target without a key, and set one there afterwards.',
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

/** How many of the source's values say by which key they were encrypted. */
const storedWith = (databases: Learned['databases']): number =>
  (databases?.source.canaries?.keys ?? []).reduce((sum, { values }) => sum + values, 0);
