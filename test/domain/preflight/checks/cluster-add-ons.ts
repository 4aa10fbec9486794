import { type Cases, capacity, fine, node, withTarget } from '../world.ts';

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
  'nothing gives the restore its role': {
    given: withTarget({ addOns: [{ name: 'pod-identity-agent', present: false, seen: '' }] }),
    severity: 'WARNING',
    says: /keeps no Pod Identity Agent in the cluster: .*--cluster-name acme-eks/,
  },
  'nothing does, on Fargate': {
    given: withTarget({
      addOns: [{ name: 'pod-identity-agent', present: false, seen: '' }],
      capacity: capacity({ nodes: [node({ madeBy: 'fargate', open: false })] }),
    }),
    severity: 'WARNING',
    says: /on Fargate never/,
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
