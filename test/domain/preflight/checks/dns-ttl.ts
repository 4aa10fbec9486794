import { record } from '../../../support/run-documents.ts';
import { type Cases, withDns } from '../world.ts';

export const cases: Cases = {
  short: { given: {}, severity: 'PASS', says: /60 s/ },
  'at the limit is no warning': {
    given: withDns({ records: [record({ ttl: 300 })] }),
    severity: 'INFO',
    says: /after the switch it is 60 s/,
  },
  'an alias': { given: withDns({ records: [record({ ttl: null })] }), severity: 'PASS', says: /alias/ },
  long: { given: withDns({ records: [record({ ttl: 301 })] }), severity: 'WARNING', says: /wait 301 s/ },
  'one of several is long': {
    given: withDns({ records: [record({ ttl: 60 }), record({ ttl: 3600 })] }),
    severity: 'WARNING',
    says: /wait 3600 s/,
  },
};
