import { record } from '../../../support/run-documents.ts';
import { type Cases, withDns } from '../world.ts';

export const cases: Cases = {
  'a simple one': { given: {}, severity: 'PASS', says: /CNAME ecs.elb.example.com/ },
  'an alias': {
    given: withDns({
      records: [
        record({
          type: 'A',
          ttl: null,
          values: [],
          alias: { hostedZoneId: 'Z2', dnsName: 'ecs.elb', evaluateTargetHealth: false },
        }),
      ],
    }),
    severity: 'PASS',
    says: /Alias to ecs.elb/,
  },
  'no address': {
    given: withDns({ records: [record({ type: 'TXT' })] }),
    severity: 'BLOCKER',
    says: /no A, AAAA or CNAME/,
  },
  'the zone itself': {
    given: withDns({ records: [record({ name: 'acme.example.com.', type: 'A' })] }),
    severity: 'BLOCKER',
    says: /zone itself/,
  },
  'records that a CNAME may not stand beside': {
    given: withDns({ records: [record(), record({ type: 'TXT' }), record({ type: 'MX' }), record({ type: 'TXT' })] }),
    severity: 'BLOCKER',
    says: /TXT, MX records as well.*deletes no such record/,
  },
};
