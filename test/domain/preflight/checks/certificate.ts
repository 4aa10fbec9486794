import { later } from '../../../support/run-documents.ts';
import { balancer, type Cases, fine, withDns, withTarget } from '../world.ts';

export const cases: Cases = {
  'valid by a wildcard': { given: {}, severity: 'PASS', says: /200 days/ },
  'not looked at, but named': {
    given: {
      ...withDns({ loadBalancers: { source: null, target: null } }),
      ...withTarget({ ingress: { ...fine.target.ingress!, annotations: { 'certificate-arn': 'arn:acm' } } }),
    },
    severity: 'INFO',
    says: /arn:acm/,
  },
  'without an end': {
    given: withDns({ loadBalancers: { source: null, target: balancer('internal', { notAfter: null }) } }),
    severity: 'INFO',
    says: /until when/,
  },
  'nothing is known': {
    given: withDns({ loadBalancers: { source: null, target: null } }),
    severity: 'WARNING',
    says: /Could not be learned/,
  },
  'it ends soon': {
    given: withDns({ loadBalancers: { source: null, target: balancer('internal', { notAfter: later(10 * 86_400) }) } }),
    severity: 'WARNING',
    says: /10 days/,
  },
  'it was imported and ends soon': {
    given: withDns({
      loadBalancers: { source: null, target: balancer('internal', { notAfter: later(86_400), type: 'IMPORTED' }) },
    }),
    severity: 'WARNING',
    says: /import a new one/,
  },
  'not issued': {
    given: withDns({ loadBalancers: { source: null, target: balancer('internal', { status: 'PENDING_VALIDATION' }) } }),
    severity: 'BLOCKER',
    says: /PENDING_VALIDATION/,
  },
  expired: {
    given: withDns({ loadBalancers: { source: null, target: balancer('internal', { notAfter: later(-86_400) }) } }),
    severity: 'BLOCKER',
    says: /expired/,
  },
  'for another name, and a wildcard stands for one label': {
    given: withDns({ loadBalancers: { source: null, target: balancer('internal', { names: ['*.example.com'] }) } }),
    severity: 'BLOCKER',
    says: /No listener/,
  },
};
