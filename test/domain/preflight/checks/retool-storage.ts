import { type Cases, withDatabases } from '../world.ts';

export const cases: Cases = {
  'not used': { given: {}, severity: 'PASS', says: /No resource/ },
  used: {
    given: withDatabases({ resourceTypes: [{ type: 'retoolStorage', count: 1 }] }),
    severity: 'INFO',
    says: /retoolStorage \(1\)/,
  },
  'not readable': { given: withDatabases({ resourceTypes: null }), severity: 'INFO', says: /Could not be learned/ },
};
