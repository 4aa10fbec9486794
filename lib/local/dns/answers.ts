import type { Answer, RecordType, SoaAnswer } from 'dns-packet';
import type { RecordSet } from '../route53/zone.ts';

export interface Zone {
  /** `acme.example.` */
  readonly name: string;
  readonly records: readonly RecordSet[];
}

export interface Resolution {
  readonly rcode: 'NOERROR' | 'NXDOMAIN' | 'REFUSED';
  readonly answers: readonly Answer[];
  /** The zone's SOA when there is no answer: it says how long that may be remembered. */
  readonly authorities: readonly Answer[];
}

/** Load balancers answer with this TTL on AWS. */
const LOAD_BALANCER_TTL = 60;

/** A chain of CNAMEs longer than this is a loop. */
const LONGEST_CHAIN = 8;

/**
 * Answers one question from the zones, following CNAMEs and aliases as far as the zones and load balancers reach.
 * @param isHost whether a name outside the zones is a load balancer of the simulated account, which is on this machine
 */
export function resolve(
  question: { readonly name: string; readonly type: RecordType },
  zones: readonly Zone[],
  isHost: (name: string) => boolean,
): Resolution {
  const answers: Answer[] = [];
  let name = canonical(question.name);
  for (let length = 0; length < LONGEST_CHAIN; length += 1) {
    if (isHost(bare(name))) {
      if (question.type === 'A')
        answers.push({ name: bare(name), type: 'A', ttl: LOAD_BALANCER_TTL, data: '127.0.0.1' });
      return { rcode: 'NOERROR', answers, authorities: [] };
    }
    const zone = zoneOf(name, zones);
    // The end of a chain may lie outside: the answer so far is all that we know.
    if (!zone) return { rcode: answers.length > 0 ? 'NOERROR' : 'REFUSED', answers, authorities: [] };
    const here = recordsAt(zone, name);
    const found = here.find((record) => record.type === question.type);
    if (found?.alias) {
      const target = resolve({ name: found.alias.dnsName, type: question.type }, zones, isHost);
      // An alias is invisible: its target's addresses appear under its own name.
      const own = target.answers
        .filter((each) => each.type === question.type)
        .map((each) => ({ ...each, name: bare(name) }));
      return { rcode: 'NOERROR', answers: [...answers, ...own], authorities: own.length > 0 ? [] : soa(zone) };
    }
    if (found) return { rcode: 'NOERROR', answers: [...answers, ...written(name, found)], authorities: [] };
    const cname = here.find((record) => record.type === 'CNAME');
    if (!cname) {
      const exists = here.length > 0 || zone.records.some((record) => record.name.endsWith(`.${name}`));
      return { rcode: exists ? 'NOERROR' : 'NXDOMAIN', answers, authorities: soa(zone) };
    }
    answers.push(...written(name, cname));
    name = canonical(cname.values[0]!);
  }
  return { rcode: 'NOERROR', answers, authorities: [] };
}

const canonical = (name: string): string => `${name.toLowerCase().replace(/\.$/, '')}.`;
const bare = (name: string): string => name.replace(/\.$/, '');

/** The zone with the longest name that the name lies in. */
const zoneOf = (name: string, zones: readonly Zone[]): Zone | undefined =>
  zones
    .filter((zone) => name === zone.name || name.endsWith(`.${zone.name}`))
    .sort((a, b) => b.name.length - a.name.length)[0];

/** The records of a name, else those of the wildcard beside it (`*.acme.example.`). */
function recordsAt(zone: Zone, name: string): readonly RecordSet[] {
  const own = zone.records.filter((record) => record.name === name);
  if (own.length > 0) return own;
  const wildcard = `*${name.slice(name.indexOf('.'))}`;
  return zone.records.filter((record) => record.name === wildcard);
}

function soa(zone: Zone): Answer[] {
  const record = zone.records.find((each) => each.type === 'SOA' && each.name === zone.name);
  return record ? written(zone.name, record) : [];
}

function written(name: string, { type, ttl = LOAD_BALANCER_TTL, values }: RecordSet): Answer[] {
  const common = { name: bare(name), ttl };
  return values.flatMap((value): Answer[] => {
    switch (type) {
      case 'A':
      case 'AAAA':
        return [{ ...common, type, data: value }];
      case 'CNAME':
      case 'NS':
      case 'PTR':
        return [{ ...common, type, data: bare(value) }];
      case 'TXT':
        return [
          {
            ...common,
            type,
            data: [...value.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, text]) => text!.replace(/\\(.)/g, '$1')),
          },
        ];
      case 'MX': {
        const [preference, exchange = ''] = value.split(/\s+/);
        return [{ ...common, type, data: { preference: Number(preference), exchange: bare(exchange) } }];
      }
      case 'SOA':
        return [{ ...common, type, data: soaData(value) }];
      default:
        // CAA, SRV, SPF: nobody asks for them here.
        return [];
    }
  });
}

function soaData(value: string): SoaAnswer['data'] {
  const [mname = '', rname = '', ...numbers] = value.split(/\s+/);
  const [serial, refresh, retry, expire, minimum] = numbers.map(Number);
  return { mname: bare(mname), rname: bare(rname), serial, refresh, retry, expire, minimum };
}
