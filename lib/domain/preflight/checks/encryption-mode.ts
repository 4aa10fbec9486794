import { blocker, type Check, pass, warning } from '../check.ts';

/** The key alone does not open a value: how it was encrypted is in two variables. */
export const check: Check = {
  id: 'encryption-mode',
  title: 'Both sides encrypt in the same way',
  about: 'application',
  needsTarget: true,
  needsDatabases: true,
  look({ source, target, databases }) {
    const pairs = [
      { name: 'USE_GCM_ENCRYPTION', from: source.encryption?.gcm, to: target.encryption?.gcm },
      { name: 'USE_ENCRYPTION_V2', from: source.encryption?.v2, to: target.encryption?.v2 },
    ];
    const unknown = pairs.filter(({ from, to }) => from == null || to == null).map(({ name }) => name);
    const differ = pairs.filter(({ from, to }) => from != null && to != null && from !== to);
    if (differ.length > 0) {
      return blocker(
        `${differ.map(({ name, from, to }) => `${name} is ${from} on the source and ${to} on the target`).join('; ')}.`,
        'Set on the target what the source sets: its values were written with it.',
      );
    }
    if (unknown.length > 0) {
      return warning(`Could not be learned: ${unknown.join(', ')}.`, 'Compare them on both sides by hand.');
    }
    if (!source.encryption?.gcm && databases.source.canaries?.methods.some(({ authTag }) => authTag)) {
      return warning(
        'Stored values were encrypted with GCM, and USE_GCM_ENCRYPTION is set on neither side.',
        'Open a resource on the source: if its credentials are readable there, the target will read them as well.',
      );
    }
    return pass(`${source.encryption?.gcm ? 'GCM' : 'CBC'}, ${source.encryption?.v2 ? 'V2' : 'V1'} on both sides.`);
  },
};
