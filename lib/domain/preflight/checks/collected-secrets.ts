import { plural, several } from '../../quantities.ts';
import { type Check, pass, warning } from '../check.ts';

export const check: Check = {
  id: 'collected-secrets',
  title: 'Every value that moves is kept in Secrets Manager',
  about: 'application',
  look({ source }) {
    const moving = source.variables.filter(({ fate, secret }) => (fate === 'carry' || fate === 'hold') && secret);
    const lost = moving.filter(({ collected }) => collected === null).map(({ name }) => name);
    if (lost.length === 0) return pass(`${plural(moving.length, 'value')}.`);
    return warning(
      `Not kept: ${several(lost)}.`,
      'Allow Passage to read where they come from (source.ecs.secretArns and kmsKeyArns), or set them on the target by hand.',
    );
  },
};
