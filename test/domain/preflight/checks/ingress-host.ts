import { type Cases, fine, withTarget } from '../world.ts';

export const cases: Cases = {
  'names the record': { given: {}, severity: 'PASS', says: /It names/ },
  'by a wildcard': {
    given: withTarget({ ingress: { ...fine.target.ingress!, hosts: ['*.acme.example.com'] } }),
    severity: 'PASS',
  },
  'any host': { given: withTarget({ ingress: { ...fine.target.ingress!, hosts: [] } }), severity: 'INFO', says: /any/ },
  'another host': {
    given: withTarget({ ingress: { ...fine.target.ingress!, hosts: ['new.example.com'] } }),
    severity: 'BLOCKER',
    says: /404/,
  },
  'no Ingress': { given: withTarget({ ingress: null }), severity: 'BLOCKER', says: /has no Ingress "retool".*RBAC/ },
};
