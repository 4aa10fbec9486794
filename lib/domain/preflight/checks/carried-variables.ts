import { plural, several } from '../../quantities.ts';
import { type Check, info, pass, unlearned, warning } from '../check.ts';
import { closedObjects } from '../unknown.ts';

/** Each has a check of its own; Temporal's are named to the chart when workflows go on. */
const ELSEWHERE = [
  'ENCRYPTION_KEY',
  'ENCRYPTION_KEY_OLD',
  'USE_GCM_ENCRYPTION',
  'USE_ENCRYPTION_V2',
  'LICENSE_KEY',
  'BASE_DOMAIN',
  'COOKIE_INSECURE',
];

const TEMPORAL = 'WORKFLOW_TEMPORAL_';

export const check: Check = {
  id: 'carried-variables',
  title: 'The target sets what moves along from the source',
  about: 'application',
  needsTarget: true,
  look({ source, target }) {
    const carried = source.variables.filter(
      ({ name, fate }) => fate === 'carry' && !ELSEWHERE.includes(name) && !name.startsWith(TEMPORAL),
    );
    const there = new Map(target.variables.map((variable) => [variable.name, variable]));
    const missing = carried.filter(({ name }) => !there.has(name)).map(({ name }) => name);
    const closed = closedObjects(target);
    if (missing.length > 0 && closed.length > 0) {
      return unlearned(`whether ${several(closed)} sets ${several(missing)}.`, 'Look at its keys.');
    }
    if (missing.length > 0) {
      return warning(
        `Missing on the target: ${several(missing)}.`,
        'Run files/create-secrets.mjs --write of this run: it puts them into the secrets that the chart reads. Without JWT_SECRET everybody must sign in anew.',
      );
    }
    const other = carried.filter(({ name, value, fingerprint }) => {
      const to = there.get(name);
      const differ = (a: string | null, b: string | null | undefined) => a !== null && b != null && a !== b;
      return differ(value, to?.value) || differ(fingerprint, to?.fingerprint);
    });
    if (other.length > 0) {
      return info(
        `Of another value on the target: ${several(other.map(({ name }) => name))}.`,
        'See that each is meant.',
      );
    }
    return pass(carried.length === 0 ? 'Nothing moves along.' : `${plural(carried.length, 'variable')}.`);
  },
};
