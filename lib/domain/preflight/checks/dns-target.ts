import { withoutDot } from '../../dns.ts';
import { type Check, pass, warning } from '../check.ts';
import { several } from '../words.ts';

const plain = (name: string): string =>
  withoutDot(name)
    .toLowerCase()
    .replace(/^dualstack\./, '');

export const check: Check = {
  id: 'dns-target',
  title: "The name will point at the load balancer of the target's Ingress",
  about: 'cutover',
  look({ target, configuration }) {
    const wanted = configuration.dns?.target ?? '';
    const published = target.ingress?.hostnames ?? [];
    if (published.length === 0) {
      return warning(
        `Could not be learned: which load balancer the Ingress has. The record will point at ${wanted}.`,
        'See why its controller has made none; without one nobody answers after the switch.',
      );
    }
    if (published.some((name) => plain(name) === plain(wanted))) return pass(`${wanted}.`);
    return warning(
      `The record will point at ${wanted}; the Ingress has ${several(published)}.`,
      'Correct dns.target, unless something else stands between users and that load balancer.',
    );
  },
};
