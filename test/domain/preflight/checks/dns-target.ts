import { type Cases, fine, withTarget } from '../world.ts';

export const cases: Cases = {
  'the same load balancer': { given: {}, severity: 'PASS', says: /eks.elb/ },
  'in another writing': {
    given: withTarget({ ingress: { ...fine.target.ingress!, hostnames: ['dualstack.EKS.elb.example.com.'] } }),
    severity: 'PASS',
  },
  'none published': {
    given: withTarget({ ingress: { ...fine.target.ingress!, hostnames: [] } }),
    severity: 'WARNING',
    says: /Could not be learned/,
  },
  'another one': {
    given: withTarget({ ingress: { ...fine.target.ingress!, hostnames: ['other.elb'] } }),
    severity: 'WARNING',
    says: /other.elb/,
  },
};
