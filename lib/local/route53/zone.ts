import { isIPv4, isIPv6 } from 'node:net';
import { isDeepStrictEqual } from 'node:util';

/** One record set, its names in lower case with the final dot. */
export interface RecordSet {
  readonly name: string;
  readonly type: string;
  /** Seconds; an alias has the TTL of its target. */
  readonly ttl?: number;
  /** As in a zone file: an address, a name, a quoted text. */
  readonly values: readonly string[];
  readonly alias?: { readonly hostedZoneId: string; readonly dnsName: string; readonly evaluateTargetHealth: boolean };
}

export interface Change {
  readonly action: 'CREATE' | 'DELETE' | 'UPSERT';
  readonly recordSet: RecordSet;
}

/** `Retool.Acme.example` → `retool.acme.example.`; `\052` is Route 53's way to write `*`. */
export const dnsName = (name: string): string => {
  const plain = name.replaceAll('\\052', '*').toLowerCase();
  return plain.endsWith('.') ? plain : `${plain}.`;
};

/** Route 53's order: by labels from the right, so that a zone's own records come first, then by type. */
export const inOrder = (a: RecordSet, b: RecordSet): number =>
  compare(reversed(a.name), reversed(b.name)) || compare(a.type, b.type);

/**
 * What a zone holds after a batch: all of it or nothing.
 * @returns the records in Route 53's order, or what is wrong with the batch, in AWS's words
 */
export function applyBatch(
  zone: string,
  records: readonly RecordSet[],
  changes: readonly Change[],
): { readonly records: readonly RecordSet[] } | { readonly problems: readonly string[] } {
  const problems: string[] = [];
  const next = new Map(records.map((record) => [keyOf(record), record]));

  for (const { action, recordSet } of changes) {
    const wrong = problemOf(zone, recordSet);
    if (wrong) {
      problems.push(wrong);
      continue;
    }
    const key = keyOf(recordSet);
    const present = next.get(key);
    const what = `resource record set [name='${recordSet.name}', type='${recordSet.type}']`;
    if (action === 'CREATE' && present) problems.push(`Tried to create ${what} but it already exists`);
    else if (action === 'DELETE' && !present) problems.push(`Tried to delete ${what} but it was not found`);
    else if (action === 'DELETE' && !same(present, recordSet)) {
      problems.push(`Tried to delete ${what} but the values provided do not match the current values`);
    } else if (action === 'DELETE') next.delete(key);
    else next.set(key, recordSet);
  }

  // Only what the batch leaves behind can conflict: it may replace an A by a CNAME in one go.
  for (const name of new Set(changes.map(({ recordSet }) => recordSet.name))) {
    const types = [...next.values()].filter((record) => record.name === name).map((record) => record.type);
    if (types.includes('CNAME') && types.length > 1) {
      problems.push(
        `RRSet of type CNAME with DNS name ${name} is not permitted as it conflicts with other records with the same DNS name in zone ${zone}`,
      );
    }
  }
  return problems.length > 0 ? { problems } : { records: [...next.values()].sort(inOrder) };
}

function problemOf(zone: string, { name, type, values, ttl, alias }: RecordSet): string | undefined {
  if (name !== zone && !name.endsWith(`.${zone}`))
    return `RRSet with DNS name ${name} is not permitted in zone ${zone}`;
  if (name === zone && type === 'CNAME') {
    return `RRSet of type CNAME with DNS name ${name} is not permitted at apex in zone ${zone}`;
  }
  if (alias ? values.length > 0 || ttl !== undefined : values.length === 0 || ttl === undefined) {
    return `Invalid request: Expected exactly one of [AliasTarget, all of [TTL, and ResourceRecords], or TrafficPolicyInstanceId], but found none or several in Change with [Action, Name=${name}, Type=${type}, SetIdentifier=null]`;
  }
  if (type === 'CNAME' && values.length > 1) {
    return `RRSet of type CNAME with DNS name ${name} contains more than one resource record`;
  }
  const illegal = values.find((value) => (type === 'A' && !isIPv4(value)) || (type === 'AAAA' && !isIPv6(value)));
  if (illegal === undefined) return undefined;
  const version = type === 'A' ? 'IPv4' : 'IPv6';
  return `Invalid Resource Record: 'FATAL problem: ${type}RRDATAIllegal${version}Address (Value is not a valid ${version} address) encountered with '${illegal}''`;
}

/** DELETE must state the record set as it is; the order of its values does not matter. */
function same(present: RecordSet | undefined, stated: RecordSet): boolean {
  const comparable = (record: RecordSet | undefined) => record && { ...record, values: [...record.values].sort() };
  return isDeepStrictEqual(comparable(present), comparable(stated));
}

const keyOf = ({ name, type }: RecordSet): string => `${name} ${type}`;
const reversed = (name: string): string => name.split('.').reverse().join('.');
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
