import type { RecordSet } from '../workflow/documents/collected.ts';

/** One change of a Route 53 batch. */
export interface RecordChange {
  readonly action: 'UPSERT' | 'DELETE' | 'CREATE';
  readonly record: RecordSet;
}

const same = (a: RecordSet, b: RecordSet): boolean =>
  a.name === b.name && a.type === b.type && a.setIdentifier === b.setIdentifier;

const withDot = (name: string): string => (name.endsWith('.') ? name : `${name}.`);
export const withoutDot = (name: string): string => name.replace(/\.$/, '');

/** The record sets of one name, in whatever case and with or without the final dot. */
export const recordsOf = (records: readonly RecordSet[], name: string): RecordSet[] =>
  records.filter((record) => withDot(record.name).toLowerCase() === withDot(name).toLowerCase());

/** Whether it leads users to a server. Others of the name (TXT, MX, CAA, HTTPS, …) are not Passage's to delete. */
export const isAddress = ({ type }: RecordSet): boolean => ['A', 'AAAA', 'CNAME'].includes(type);

/** One CNAME that points the name at the target's load balancer. */
export const pointedAt = (name: string, target: string, ttlSeconds: number): RecordSet => ({
  name: withDot(name),
  type: 'CNAME',
  ttl: ttlSeconds,
  values: [target],
  alias: null,
  setIdentifier: null,
});

/** The batch that turns `from` into `to`: what is not wanted goes, what is wanted is written. Atomic in Route 53. */
export function batch(from: readonly RecordSet[], to: readonly RecordSet[]): RecordChange[] {
  const gone = from.filter((record) => !to.some((wanted) => same(record, wanted)));
  return [
    ...gone.map((record) => ({ action: 'DELETE' as const, record })),
    ...to.map((record) => ({ action: 'UPSERT' as const, record })),
  ];
}
