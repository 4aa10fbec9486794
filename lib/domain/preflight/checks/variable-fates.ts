import { nearest } from '../../nearest.ts';
import { several } from '../../quantities.ts';
import { ruleOf } from '../../retool-variables.ts';
import { type Check, info, pass, warning } from '../check.ts';

/** A fate that is stated for a name that nobody asks about changes nothing, and looks as if it did. */
export const check: Check = {
  id: 'variable-fates',
  title: 'Each fate in source.ecs.variables is of a variable that is asked about',
  about: 'application',
  look({ configuration, source }) {
    if (!configuration.source.ecs) return null;
    const stated = Object.entries(configuration.source.ecs.variables);
    if (stated.length === 0) return pass('None is stated.');
    const there = new Map(source.variables.map((variable) => [variable.name, variable]));
    const strange = stated.filter(([name]) => !there.has(name)).map(([name]) => name);
    const known = stated.flatMap(([name, fate]) => {
      const variable = there.get(name);
      return variable && ruleOf(name).fate !== 'ask' ? [{ name, fate, variable }] : [];
    });
    const vain = known.filter(({ fate, variable }) => fate !== variable.fate);
    if (strange.length > 0 || vain.length > 0) {
      const meant = [...there.keys()].filter((name) => !stated.some(([other]) => other === name));
      const named = strange.map((name) => {
        const near = nearest(name, meant);
        return near === null ? name : `${name} (did you mean ${near}?)`;
      });
      const decided = vain.map(
        ({ name, fate, variable }) => `${name} is not "${fate}" but "${variable.fate}", as it ${variable.because}`,
      );
      const saw = [
        ...(named.length > 0 ? [`The source has no variable ${several(named)}.`] : []),
        ...(decided.length > 0 ? [`Passage knows what becomes of these: ${several(decided)}.`] : []),
      ];
      return warning(saw.join(' '), 'Correct the names in source.ecs.variables, and take out what is decided anyway.');
    }
    if (known.length > 0) {
      return info(`No effect, already the default: ${several(known.map(({ name, fate }) => `${name} "${fate}"`))}.`);
    }
    return pass(`${stated.length === 1 ? '1 variable' : `${stated.length} variables`}.`);
  },
};
