import { balancer, type Cases, fine, withBalancers, withDns, withTarget } from '../world.ts';

const open = balancer('internet-facing');
const internal = balancer('internal');
const annotated = (scheme: string) => withTarget({ ingress: { ...fine.target.ingress!, annotations: { scheme } } });

export const cases: Cases = {
  'alike, and open': { given: {}, severity: 'INFO', says: /Both are internet-facing.*inbound-cidrs/ },
  'alike, by what the Ingress asks for': {
    given: { ...withDns(withBalancers({ source: internal })), ...annotated('internal') },
    severity: 'PASS',
    says: /Both are internal/,
  },
  'not looked at': {
    given: withDns(withBalancers({})),
    severity: 'INFO',
    says: /the source and the target/,
  },
  'the source is behind something else': {
    given: withDns(withBalancers({ target: open })),
    severity: 'INFO',
    says: /balancer of the source faces/,
  },
  'the target is internal': {
    given: withDns(withBalancers({ source: open, target: internal })),
    severity: 'WARNING',
    says: /the target internal: users outside.*will not reach it/,
  },
  'the target is open to everybody': {
    given: withDns(withBalancers({ source: internal, target: open })),
    severity: 'WARNING',
    says: /users outside its networks, who could not reach the source, will reach it/,
  },
  'what is asked for does not count where it can be seen': {
    given: { ...withDns(withBalancers({ source: open, target: internal })), ...annotated('internet-facing') },
    severity: 'WARNING',
  },
  'something stands before it: that of the Ingress tells': {
    given: withDns(withBalancers({ source: open, ingress: internal })),
    severity: 'WARNING',
  },
};
