import { type Check, type Collected, pass, unlearned, warning } from '../check.ts';

const NAME = 'BASE_DOMAIN';

/** Callbacks of single sign-on, links in mails and webhooks are built from it. */
export const check: Check = {
  id: 'base-domain',
  title: 'Both sides call themselves by the name that users type',
  about: 'cutover',
  needsTarget: true,
  look({ source, target, configuration }) {
    const record = configuration.dns?.record ?? '';
    const hosts = { source: hostOf(source), target: hostOf(target) };
    const other = (['source', 'target'] as const).filter((side) => hosts[side] !== null && hosts[side] !== record);
    if (other.length > 0) {
      return warning(
        other.map((side) => `${NAME} of the ${side} is ${hosts[side]}, the record ${record}.`).join(' '),
        `Set ${NAME} to https://${record} on the target: the identity provider calls back to it.`,
      );
    }
    if (setTo(target, NAME)?.startsWith('http://')) {
      return warning(
        `${NAME} of the target begins with http://.`,
        `Set it to https://${record}: callbacks and links are built from it.`,
      );
    }
    if (hosts.target !== null && setTo(target, 'COOKIE_INSECURE') === 'true') {
      return warning(
        'COOKIE_INSECURE of the target is true, although users come by HTTPS: sign-on may call back by http://.',
        'Leave it out on the target (config.useInsecureCookies: false in the values of the chart).',
      );
    }
    const unknown = (['source', 'target'] as const).filter((side) => hosts[side] === null);
    if (unknown.length > 0) {
      return unlearned(`${NAME} of the ${unknown.join(' and the ')}.`, `Make sure that it is https://${record}.`);
    }
    return pass(`Both are ${record}.`);
  },
};

type Side = Pick<Collected['target'] | Collected['source'], 'variables'>;

const setTo = ({ variables }: Side, name: string): string | null | undefined =>
  variables.find((variable) => variable.name === name)?.value;

function hostOf(side: Side): string | null {
  const value = setTo(side, NAME);
  if (!value) return null;
  const url = value.includes('://') ? value : `https://${value}`;
  return URL.canParse(url) ? new URL(url).hostname : value;
}
