import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Clock } from '../clock.ts';
import { openStateFile } from '../state-file.ts';
import { type Authorize, AwsError, type Endpoint } from '../wire/endpoint.ts';
import { route53Endpoint } from './operations.ts';
import { applyBatch, type Change, dnsName, inOrder, type RecordSet } from './zone.ts';

interface Route53Options {
  readonly directory: string;
  readonly clock: Clock;
  readonly authorize: Authorize;
  /** From ChangeResourceRecordSets to INSYNC, in milliseconds of the clock; default 0. Route 53 takes about a minute. */
  readonly propagationMs?: number;
}

export interface Route53 {
  readonly endpoint: Endpoint;
  /** Creates the zone, with NS and SOA, if there is none of this name. @returns its id: `Z…` */
  createHostedZone(name: string, options?: { readonly id?: string }): string;
  /** Changes records as the owner of the zone would, at once in sync. */
  put(zone: string, records: readonly { name: string; type: string; ttl: number; values: readonly string[] }[]): void;
  /** What the name servers answer from at this moment: only changes that are in sync. */
  published(): readonly { readonly id: string; readonly name: string; readonly records: readonly RecordSet[] }[];
}

export interface HostedZone {
  readonly id: string;
  readonly name: string;
  /** As the API answers them: a change shows at once. */
  readonly records: readonly RecordSet[];
}

export interface ZoneChange {
  readonly id: string;
  readonly submittedAt: number;
  readonly inSyncAt: number;
  readonly comment?: string;
}

interface Route53State {
  zones: {
    id: string;
    name: string;
    /** The contents in force, and those that will be, oldest first; each counts from its instant on. */
    versions: { from: number; records: readonly RecordSet[] }[];
  }[];
  changes: ZoneChange[];
}

/** Amazon Route 53, its state in `<directory>/state.json`. */
export function createRoute53({ directory, clock, authorize, propagationMs = 0 }: Route53Options): Route53 {
  const file = openStateFile<Route53State>(join(directory, 'state.json'), { zones: [], changes: [] });
  const state = file.value;
  type Zone = Route53State['zones'][number];

  const newest = (zone: Zone): readonly RecordSet[] => zone.versions.at(-1)?.records ?? [];
  const inSync = (zone: Zone): readonly RecordSet[] =>
    zone.versions.findLast((version) => version.from <= clock.now())?.records ?? [];

  const change = (zone: Zone, changes: readonly Change[], comment: string | undefined, delay: number): ZoneChange => {
    const result = applyBatch(zone.name, newest(zone), changes);
    if ('problems' in result) throw new AwsError('InvalidChangeBatch', 400, `[${result.problems.join(', ')}]`);
    const now = clock.now();
    // A later change is never in sync before an earlier one.
    const inSyncAt = Math.max(now + delay, zone.versions.at(-1)?.from ?? 0);
    const current = zone.versions.findLastIndex((version) => version.from <= now);
    zone.versions = [...zone.versions.slice(Math.max(current, 0)), { from: inSyncAt, records: result.records }];
    const made = { id: newId('C'), submittedAt: now, inSyncAt, comment };
    state.changes.push(made);
    file.save();
    return made;
  };

  const zoneWith = (id: string): Zone => {
    const zone = state.zones.find((each) => each.id === id);
    if (!zone) throw new Error(`The simulated Route 53 has no zone ${id}.`);
    return zone;
  };

  const endpoint = route53Endpoint(
    {
      zones: () => state.zones.map((zone) => ({ id: zone.id, name: zone.name, records: newest(zone) })),
      change: (zone, changes, comment) => change(zoneWith(zone.id), changes, comment, propagationMs),
      findChange: (id) => state.changes.find((each) => each.id === id),
      status: (made) => (made.inSyncAt <= clock.now() ? 'INSYNC' : 'PENDING'),
    },
    authorize,
  );

  return {
    endpoint,
    createHostedZone(given, { id = newId('Z') } = {}) {
      const name = dnsName(given);
      const present = state.zones.find((zone) => zone.name === name);
      if (present) return present.id;
      state.zones.push({ id, name, versions: [{ from: 0, records: newZone(name) }] });
      file.save();
      return id;
    },
    put(id, records) {
      const sets = records.map((record) => ({ ...record, name: dnsName(record.name) }));
      change(
        zoneWith(id),
        sets.map((recordSet) => ({ action: 'UPSERT', recordSet })),
        undefined,
        0,
      );
    },
    published: () => state.zones.map((zone) => ({ id: zone.id, name: zone.name, records: inSync(zone) })),
  };
}

/** The two record sets that Route 53 puts into every zone, with its TTLs. */
function newZone(name: string): RecordSet[] {
  const servers = ['ns-1.awsdns-01.com.', 'ns-2.awsdns-02.net.', 'ns-3.awsdns-03.org.', 'ns-4.awsdns-04.co.uk.'];
  const soa = `${servers[0]} awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400`;
  const records: RecordSet[] = [
    { name, type: 'NS', ttl: 172800, values: servers },
    { name, type: 'SOA', ttl: 900, values: [soa] },
  ];
  return records.sort(inOrder);
}

/** `Z` or `C` and 20 characters, as AWS makes them. */
function newId(prefix: 'Z' | 'C'): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
  return prefix + Array.from(randomBytes(20), (byte) => alphabet[byte % alphabet.length]).join('');
}
