import { blocker, type Check, pass } from '../check.ts';

export const check: Check = {
  id: 'dns-routed-sets',
  title: 'One record answers for the name, not one of several by weight, latency or place',
  about: 'cutover',
  look({ dns }) {
    const routed = dns.records.filter(({ setIdentifier }) => setIdentifier !== null);
    if (routed.length === 0) return dns.records.length > 0 ? pass('A simple record.') : null;
    return blocker(
      `The name has ${routed.length} routed record sets (weighted, latency, failover or the like).`,
      'Replace them by one simple record before the cutover.',
    );
  },
};
