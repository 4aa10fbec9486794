import {
  AUTHORITATIVE_ANSWER,
  type DecodedPacket,
  decode,
  encode,
  type Packet,
  type Question,
  RECURSION_AVAILABLE,
  RECURSION_DESIRED,
  TRUNCATED_RESPONSE,
} from 'dns-packet';
import type { Clock } from '../clock.ts';
import { type Resolution, resolve, type Zone } from './answers.ts';
import { listenForDns } from './transport.ts';

interface DnsServerOptions {
  /** What the name servers answer from, asked at every query: `route53.published`. */
  readonly zones: () => readonly Zone[];
  /** Whether a name is a load balancer's (`….elb.amazonaws.com`): those have the address 127.0.0.1. */
  readonly isLoadBalancer: (hostname: string) => boolean;
  readonly clock: Clock;
  /**
   * Remembers answers for their TTL, as the resolvers of users do: after a change such a server is stale for a while.
   * Without it the server is a name server of the zones.
   */
  readonly caching?: boolean;
}

export interface DnsServer {
  /** For `Resolver.setServers`: `127.0.0.1:53124`; UDP and TCP. */
  readonly address: string;
  readonly port: number;
  close(): Promise<void>;
}

type LookUp = (question: Question) => Resolution;

const RCODES = { NOERROR: 0, FORMERR: 1, NXDOMAIN: 3, REFUSED: 5 } as const;

/** Without EDNS a UDP answer may have 512 bytes. */
const LONGEST_DATAGRAM = 512;

/** Starts a DNS server on loopback. */
export async function startDnsServer(options: DnsServerOptions): Promise<DnsServer> {
  const current: LookUp = (question) => resolve(question, options.zones(), options.isLoadBalancer);
  const lookUp = options.caching ? remembering(current, options.clock) : current;
  const reply = (query: Buffer) => answer(query, lookUp, options.caching ? 0 : AUTHORITATIVE_ANSWER);

  const listener = await listenForDns({
    tcp: (query) => encode(reply(query)),
    udp(query) {
      const packet = reply(query);
      const whole = encode(packet);
      if (whole.length <= LONGEST_DATAGRAM) return whole;
      return encode({ ...packet, flags: (packet.flags ?? 0) | TRUNCATED_RESPONSE, answers: [], authorities: [] });
    },
  });
  return { ...listener, address: `127.0.0.1:${listener.port}` };
}

function answer(query: Buffer, lookUp: LookUp, authority: number): Packet {
  let asked: DecodedPacket | undefined;
  try {
    asked = decode(query);
  } catch {
    // Not DNS.
  }
  const question = asked?.questions?.[0];
  if (!asked || !question) {
    return { type: 'response', id: query.length < 2 ? 0 : query.readUInt16BE(0), flags: RCODES.FORMERR };
  }
  const { rcode, answers, authorities } = lookUp(question);
  return {
    type: 'response',
    id: asked.id,
    flags: authority | RECURSION_AVAILABLE | (asked.flag_rd ? RECURSION_DESIRED : 0) | RCODES[rcode],
    // The question comes back as it was asked: some resolvers mix upper and lower case and compare.
    questions: [question],
    answers: [...answers],
    authorities: [...authorities],
  };
}

/** Keeps each resolution for its shortest TTL, and counts the TTLs down meanwhile. */
function remembering(lookUp: LookUp, clock: Clock): LookUp {
  const known = new Map<string, { readonly resolution: Resolution; readonly at: number; readonly until: number }>();
  return (question) => {
    const key = `${question.name.toLowerCase()} ${question.type}`;
    const now = clock.now();
    const found = known.get(key);
    if (found && now < found.until) {
      const age = Math.floor((now - found.at) / 1000);
      return {
        ...found.resolution,
        answers: found.resolution.answers.map((each) => ({ ...each, ttl: ttlOf(each) - age })),
      };
    }
    const resolution = lookUp(question);
    // What does not exist is remembered as long as the zone's SOA lives.
    const lives = (resolution.answers.length > 0 ? resolution.answers : resolution.authorities).map(ttlOf);
    known.set(key, { resolution, at: now, until: now + Math.min(...lives, 86_400) * 1000 });
    return resolution;
  };
}

const ttlOf = (answer: Resolution['answers'][number]): number => ('ttl' in answer ? (answer.ttl ?? 0) : 0);
