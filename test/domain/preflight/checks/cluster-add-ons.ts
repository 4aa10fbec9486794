import { type Cases, fine, withTarget } from '../world.ts';

export const cases: Cases = {
  all: { given: {}, severity: 'PASS', says: /elbv2/ },
  'one is absent, and the Ingress works': {
    given: withTarget({ addOns: [{ name: 'load-balancer-controller', present: false, seen: '' }] }),
    severity: 'INFO',
    says: /Not found/,
  },
  'nobody may look': {
    given: withTarget({ addOns: [{ name: 'load-balancer-controller', present: null, seen: '' }] }),
    severity: 'INFO',
    says: /Could not be learned/,
  },
  'no controller and no load balancer': {
    given: withTarget({
      addOns: [{ name: 'load-balancer-controller', present: false, seen: '' }],
      ingress: { ...fine.target.ingress!, hostnames: [] },
    }),
    severity: 'WARNING',
    says: /no AWS Load Balancer Controller/,
  },
};
