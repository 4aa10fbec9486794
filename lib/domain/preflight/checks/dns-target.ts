import { leadsTo, sameHost } from '../../load-balancer.ts';
import { several } from '../../quantities.ts';
import { blocker, type Check, pass, warning } from '../check.ts';

export const check: Check = {
  id: 'dns-target',
  title: "The name will point at the load balancer of the target's Ingress",
  about: 'cutover',
  needsTarget: true,
  look({ target, dns, configuration }) {
    const wanted = configuration.dns?.target ?? '';
    const published = target.ingress?.hostnames ?? [];
    const { source, target: behind } = dns.loadBalancers;
    const now = leadsTo(dns.records);
    if ((behind && behind.arn === source?.arn) || (now && sameHost(now, wanted))) {
      return blocker(
        `${wanted} is what the record leads to now: the switch would change nothing.`,
        'Correct dns.target to the load balancer of the target.',
      );
    }
    if (published.length === 0) {
      return warning(
        `Could not be learned: which load balancer the Ingress has. The record will point at ${wanted}.`,
        'See why its controller has made none; without one nobody answers after the switch.',
      );
    }
    // By its name, or by one of the zone that leads to it.
    const leads = behind ? [wanted, behind.dnsName] : [wanted];
    if (published.some((name) => leads.some((each) => sameHost(each, name)))) {
      return pass(
        behind && !sameHost(wanted, behind.dnsName) ? `${wanted}, which is ${behind.dnsName}.` : `${wanted}.`,
      );
    }
    // It distributes requests to pods by itself: a closed gate would not be seen by users who come this way.
    if (behind?.type === 'application') {
      return blocker(
        `The record will point at ${wanted}, an application load balancer of this account that is not the Ingress's (${several(published)}): users would go round the gate, and reach the target before the point of no return.`,
        `Set dns.target to ${published[0]}.`,
      );
    }
    return warning(
      `The record will point at ${wanted}${behind ? `, a load balancer of type ${behind.type}` : ', no load balancer that Passage sees in this account and region'}; the Ingress has ${several(published)}.`,
      'Correct dns.target, unless something else stands between users and that load balancer.',
    );
  },
};
