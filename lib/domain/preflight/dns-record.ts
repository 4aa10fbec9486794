import { withoutDot } from '../dns.ts';
import { blocker, type Check, pass, warning } from './check.ts';

/** Longer than this, and users would keep coming to the source for longer than a freeze should last. Seconds. */
const LONGEST_TTL = 300;

export const dnsRecord: Check = {
  id: 'dns-record',
  title: 'The name that users type is one record that can be switched and switched back',
  look({ dns, plan }) {
    if (plan.databasesOnly) return null;
    const routed = dns.records.filter(({ setIdentifier }) => setIdentifier !== null);
    if (routed.length > 0) {
      return blocker(
        `The name has ${routed.length} routed record sets (weighted, latency, failover or the like).`,
        'Replace them by one simple record before the cutover.',
      );
    }
    const [record] = dns.records.filter(({ type }) => ['A', 'AAAA', 'CNAME'].includes(type));
    if (!record) {
      return blocker(
        'The zone has no A, AAAA or CNAME record of that name.',
        'Correct dns.record and dns.hostedZoneId in the configuration.',
      );
    }
    if (dns.zone !== null && withoutDot(record.name).toLowerCase() === withoutDot(dns.zone).toLowerCase()) {
      return blocker(
        'The name is that of the zone itself, which may not be a CNAME.',
        'Move users to a name inside of the zone, like retool.<zone>, before the cutover.',
      );
    }
    const at = record.alias ? `alias to ${record.alias.dnsName}` : `${record.type} ${record.values.join(', ')}`;
    if ((record.ttl ?? 60) > LONGEST_TTL) {
      return warning(
        `${at}, TTL ${record.ttl} s.`,
        `Lower the TTL to 60 s, and wait ${record.ttl} s, before the cutover.`,
      );
    }
    return pass(`${at}${record.ttl === null ? '' : `, TTL ${record.ttl} s`}.`);
  },
};
