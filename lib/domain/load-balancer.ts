import type { RecordSet } from '../workflow/documents/collected.ts';
import { withoutDot } from './dns.ts';

/** A host's name as it is compared; Route 53's console writes `dualstack.` before a load balancer's in an alias. */
const plain = (name: string): string =>
  withoutDot(name)
    .toLowerCase()
    .replace(/^dualstack\./, '');

/** Whether two DNS names, in whatever writing, mean one load balancer. */
export const sameHost = (a: string, b: string): boolean => plain(a) === plain(b);

/** The name that records of one name lead to, by alias or CNAME; null where they hold addresses, or nothing. */
export function leadsTo(records: readonly RecordSet[]): string | null {
  for (const { type, alias, values } of records) {
    if (alias && (type === 'A' || type === 'AAAA')) return withoutDot(alias.dnsName);
    if (type === 'CNAME' && values[0]) return withoutDot(values[0]);
  }
  return null;
}
