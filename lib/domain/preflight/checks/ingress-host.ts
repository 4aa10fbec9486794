import { several } from '../../quantities.ts';
import { blocker, type Check, info, pass } from '../check.ts';

export const check: Check = {
  id: 'ingress-host',
  title: "The target's Ingress serves the name that users type",
  about: 'cutover',
  needsTarget: true,
  look({ target, configuration }) {
    const record = configuration.dns?.record ?? '';
    const hosts = target.ingress?.hosts;
    if (!hosts) {
      return blocker(
        `Namespace "${target.namespace}" has no Ingress "${configuration.target.application?.ingress}" that could be the gate, or Passage may not read it.`,
        "Create it, correct target.application.ingress, or apply Passage's RBAC file for that namespace.",
      );
    }
    if (hosts.includes(record)) return pass(`It names ${record}.`);
    const wildcard = `*.${record.slice(record.indexOf('.') + 1)}`;
    if (hosts.length === 0) return info('It names no host, so it serves any.');
    if (hosts.includes(wildcard)) return pass(`It names ${wildcard}.`);
    return blocker(
      `It serves ${several(hosts)}, not ${record}: users would meet 404.`,
      `Add ${record} to the hosts of Ingress ${target.ingress?.name}.`,
    );
  },
};
