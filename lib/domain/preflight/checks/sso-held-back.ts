import { several } from '../../quantities.ts';
import { type Check, info, pass, unlearned, warning } from '../check.ts';
import { closedObjects, isUnknown } from '../unknown.ts';

/** Single sign-on works under the real name only, and DISABLE_USER_PASS_LOGIN locks out who checks the target before. */
export const check: Check = {
  id: 'sso-held-back',
  title: 'Single sign-on is not set on the target before it serves the real name',
  about: 'cutover',
  needsTarget: true,
  look({ source, target }) {
    const held = source.variables.filter(({ fate }) => fate === 'hold').map(({ name }) => name);
    const early = target.variables.filter(({ name }) => held.includes(name)).map(({ name }) => name);
    if (held.length === 0 && source.environmentFiles.length > 0) {
      return unlearned(
        'whether the source sets some of its variables in an environment file.',
        'Look there; set what belongs to single sign-on while “switch” is being decided: after an administrator has looked at the target, before it is approved.',
      );
    }
    if (held.length === 0) return pass('The source sets none of its variables.');
    if (early.length > 0) {
      return warning(
        `Set on the target already: ${several(early)}.`,
        'Remove them; set them again while “switch” is being decided: after an administrator has looked at the target, before it is approved.',
      );
    }
    const unseen = held.filter((name) => isUnknown(target, name));
    if (unseen.length > 0) {
      return unlearned(
        `whether ${several(closedObjects(target))} sets ${several(unseen)} on the target already.`,
        'Look at its keys: without them an administrator can sign in with a password and look at the target before “switch”, with DISABLE_USER_PASS_LOGIN nobody can.',
      );
    }
    return info(
      `Held back: ${several(held)}.`,
      'While “switch” is being decided: let an administrator look at the target, run files/create-secrets.mjs --write --held of this run, restart the pods, then approve. After the switch sign in by it.',
    );
  },
};
