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
    if (nameOf(target)?.startsWith('http://')) {
      return warning(
        `${NAME} of the target begins with http://.`,
        `Set it to https://${record}: callbacks and links are built from it.`,
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

const nameOf = ({ variables }: Side): string | null | undefined => variables.find(({ name }) => name === NAME)?.value;

function hostOf(side: Side): string | null {
  const value = nameOf(side);
  if (!value) return null;
  const url = value.includes('://') ? value : `https://${value}`;
  return URL.canParse(url) ? new URL(url).hostname : value;
}
