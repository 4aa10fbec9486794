import { type Check, info, pass, unlearned, warning } from '../check.ts';

const INTERNAL = 'internal';

export const check: Check = {
  id: 'load-balancer-scheme',
  title: 'Users reach the target from where they reach the source',
  about: 'cutover',
  look({ dns, target }) {
    const { source, target: wanted, ingress } = dns.loadBalancers;
    const from = source?.scheme;
    // What stands between users and the Ingress is judged by whoever put it there; that of the Ingress still tells.
    const to = (wanted ?? ingress)?.scheme ?? target.ingress?.annotations.scheme;
    if (!from || !to) {
      const unknown = [...(from ? [] : ['source']), ...(to ? [] : ['target'])].join(' and the ');
      return unlearned(
        `whether the load balancer of the ${unknown} faces the internet.`,
        'Open the target by its load balancer from where users are, with curl --resolve. The default of an Ingress is internal.',
      );
    }
    if (from === to && to === INTERNAL) return pass(`Both are ${INTERNAL}.`);
    if (from === to) {
      return info(
        `Both are ${from}. Whom the source's lets in (security groups, WAF, authentication by a listener's rule) was not looked at.`,
        "Give the Ingress the same, by its annotations inbound-cidrs, security-groups, wafv2-acl-arn and auth-type: without them the target's is open to everybody.",
      );
    }
    const remake =
      'Set annotation alb.ingress.kubernetes.io/scheme; changing it makes a new load balancer with another name, for dns.target.';
    return to === INTERNAL
      ? warning(
          `The source is ${from}, the target ${to}: users outside its networks will not reach it, nor will their single sign-on callbacks.`,
          remake,
        )
      : warning(
          `The source is ${from}, the target ${to}: users outside its networks, who could not reach the source, will reach it.`,
          remake,
        );
  },
};
