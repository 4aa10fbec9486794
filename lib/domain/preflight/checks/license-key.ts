import { type Check, info, pass, unlearned, warning } from '../check.ts';
import { isUnknown } from '../unknown.ts';

const NAME = 'LICENSE_KEY';

export const check: Check = {
  id: 'license-key',
  title: 'The target has the license of the source',
  about: 'application',
  needsTarget: true,
  look({ source, target }) {
    const from = source.variables.find(({ name }) => name === NAME);
    const to = target.variables.find(({ name }) => name === NAME);
    const unknown = { source: isUnknown(source, NAME), target: isUnknown(target, NAME) };
    if (!from && !to && !unknown.source && !unknown.target) {
      return info(`Neither side sets ${NAME}.`, 'If there is a license, set LICENSE_KEY on the target.');
    }
    if (from && !to && !unknown.target) {
      return warning(
        `The source sets ${NAME}, the target does not.`,
        'Run files/create-secrets.mjs --write of this run: it puts it into the secret that the chart reads. Without a license features are missing.',
      );
    }
    if (!from?.fingerprint || !to?.fingerprint) {
      return unlearned(
        `whether both sides have one ${NAME}.`,
        'A side takes it, or may, from a place that Passage does not read: compare it by hand.',
      );
    }
    if (from.fingerprint === to.fingerprint) return pass('Equal fingerprints.');
    return info(
      'The target has another license than the source.',
      'Make sure that it covers the same features and users.',
    );
  },
};
