import { type Check, info, pass, warning } from '../check.ts';
import { several } from '../words.ts';

export const check: Check = {
  id: 'extensions',
  title: "The source's extensions are on the target in the same version",
  about: 'copy',
  look({ databases }) {
    const there = new Map(databases.target.extensions.map(({ name, version }) => [name, version]));
    const wanted = databases.source.extensions.filter(({ name }) => name !== 'plpgsql');
    const other = wanted.filter(({ name, version }) => there.has(name) && there.get(name) !== version);
    if (other.length > 0) {
      return warning(
        `Other versions: ${several(other.map(({ name, version }) => `${name} ${version} and ${there.get(name)}`))}.`,
        "Read the extension's release notes; ALTER EXTENSION … UPDATE on the older side makes them equal.",
      );
    }
    const missing = wanted.filter(({ name }) => !there.has(name)).map(({ name }) => name);
    if (missing.length > 0) {
      return info(`The copy creates ${several(missing)}.`, 'A rehearsal shows that the target has them in store.');
    }
    return pass(
      wanted.length === 0
        ? 'The source has none.'
        : `${several(wanted.map(({ name, version }) => `${name} ${version}`))}.`,
    );
  },
};
