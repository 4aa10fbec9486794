import { balancer, type Cases, withDns } from '../world.ts';

export const cases: Cases = {
  alike: { given: {}, severity: 'PASS', says: /internet-facing/ },
  'not looked at': {
    given: withDns({ loadBalancers: { source: null, target: null } }),
    severity: 'INFO',
    says: /the source and the target/,
  },
  'the target is internal': {
    given: withDns({ loadBalancers: { source: balancer('internet-facing'), target: balancer('internal') } }),
    severity: 'WARNING',
    says: /the target internal/,
  },
};
