import { record } from '../../../support/run-documents.ts';
import { type Cases, service, withDns, withSource, withTarget } from '../world.ts';

export const cases: Cases = {
  complete: {
    given: {},
    severity: 'PASS',
    says: /2 services, one login, the Ingress's service and 1 record would be put back\./,
  },
  'two records': {
    given: withDns({ records: [record(), record()] }),
    severity: 'PASS',
    says: /and 2 records would be put back/,
  },
  'no service to start again': {
    given: withSource({ services: [] }),
    severity: 'BLOCKER',
    says: /counts of the source services/,
  },
  'no login': { given: withSource({ applicationLogin: null }), severity: 'BLOCKER', says: /login/ },
  'no gate': { given: withTarget({ backend: null }), severity: 'BLOCKER', says: /gate/ },
  'no record': { given: withDns({ records: [] }), severity: 'BLOCKER', says: /record/ },
  'one service is to run': {
    given: withSource({ services: [service({ desiredCount: 0 }), service()] }),
    severity: 'PASS',
  },
  'no service is to run': {
    given: withSource({ services: [service({ desiredCount: 0 })] }),
    severity: 'BLOCKER',
    says: /none of them is to run/,
  },
};
