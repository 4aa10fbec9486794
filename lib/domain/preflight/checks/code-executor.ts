import { type Check, pass, warning } from '../check.ts';

/** Since 3.251 workflows and custom code need it. */
export const check: Check = {
  id: 'code-executor',
  title: "The source's code executor has a counterpart on the target",
  about: 'application',
  needsTarget: true,
  look({ source, target }) {
    const from = source.companions.find(({ role }) => role === 'code-executor');
    if (!from) return pass('The source has none.');
    const to = target.deployments.find(({ role, image }) => /code-executor/.test(`${role} ${image}`));
    if (to) return pass(`${from.service} and ${to.name}.`);
    return warning(
      `The source runs ${from.service}; no deployment of the target is a code executor.`,
      'Switch the code executor on in the chart, or JavaScript and Python of workflows fail after the cutover.',
    );
  },
};
