import { type Check, pass, unlearned, warning } from '../check.ts';

export const check: Check = {
  id: 'load-balancer-scheme',
  title: 'Users reach the target from where they reach the source',
  about: 'cutover',
  look({ dns, target }) {
    const from = dns.loadBalancers.source?.scheme;
    const to = dns.loadBalancers.target?.scheme ?? target.ingress?.annotations.scheme;
    if (!from || !to) {
      const unknown = [...(from ? [] : ['source']), ...(to ? [] : ['target'])].join(' and the ');
      return unlearned(
        `whether the load balancer of the ${unknown} faces the internet.`,
        'Open the target by its load balancer from where users are, with curl --resolve. The default of an Ingress is internal.',
      );
    }
    if (from === to) return pass(`Both are ${from}.`);
    return warning(
      `The source is ${from}, the target ${to}.`,
      'Set annotation alb.ingress.kubernetes.io/scheme; changing it makes a new load balancer with another name.',
    );
  },
};
