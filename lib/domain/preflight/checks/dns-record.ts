import { isAddress, withoutDot } from '../../dns.ts';
import { several } from '../../quantities.ts';
import { blocker, type Check, pass } from '../check.ts';

export const check: Check = {
  id: 'dns-record',
  title: 'The name that users type is a record that can be switched and switched back',
  about: 'cutover',
  look({ dns }) {
    const record = dns.records.find(isAddress);
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
    const others = dns.records.filter((set) => !isAddress(set)).map(({ type }) => type);
    if (others.length > 0) {
      return blocker(
        `The name has ${several([...new Set(others)])} records as well, which may not stand beside the CNAME that the switch sets.`,
        'Move them to another name, or users to a name that has none, before the cutover: Passage deletes no such record.',
      );
    }
    return pass(record.alias ? `Alias to ${record.alias.dnsName}.` : `${record.type} ${record.values.join(', ')}.`);
  },
};
