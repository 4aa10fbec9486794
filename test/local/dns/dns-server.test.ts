import { createSocket } from 'node:dgram';
import { Resolver } from 'node:dns/promises';
import { once } from 'node:events';
import { connect } from 'node:net';
import { decode, encode, type Packet, streamDecode, streamEncode } from 'dns-packet';
import type { Zone } from '../../../lib/local/dns/answers.ts';
import { type DnsServer, startDnsServer } from '../../../lib/local/dns/dns-server.ts';
import type { RecordSet } from '../../../lib/local/route53/zone.ts';
import { createManualClock, type ManualClock } from '../../support/manual-clock.ts';

const BALANCER = 'acme-ecs-1.eu-west-1.elb.amazonaws.com';
const soa: RecordSet = {
  name: 'acme.example.',
  type: 'SOA',
  ttl: 900,
  values: ['ns-1.awsdns-01.com. hostmaster.amazon.com. 1 7200 900 1209600 86400'],
};
const cname = (target: string): RecordSet => ({
  name: 'retool.acme.example.',
  type: 'CNAME',
  ttl: 60,
  values: [target],
});

let clock: ManualClock;
let zone: Zone;
let server: DnsServer;
let resolver: Resolver;

async function serve(caching: boolean): Promise<void> {
  server = await startDnsServer({ zones: () => [zone], isLoadBalancer: (name) => name === BALANCER, clock, caching });
  resolver = new Resolver({ tries: 1 });
  resolver.setServers([server.address]);
}

beforeEach(async () => {
  clock = createManualClock();
  zone = {
    name: 'acme.example.',
    records: [
      soa,
      cname(`${BALANCER}.`),
      {
        name: 'apex.acme.example.',
        type: 'A',
        alias: { hostedZoneId: 'Z1', dnsName: `${BALANCER}.`, evaluateTargetHealth: false },
        values: [],
      },
      { name: '*.preview.acme.example.', type: 'A', ttl: 30, values: ['127.0.0.1'] },
      { name: 'acme.example.', type: 'TXT', ttl: 300, values: ['"v=spf1 -all"'] },
      { name: 'acme.example.', type: 'MX', ttl: 300, values: ['10 mail.acme.example.'] },
      { name: 'loop.acme.example.', type: 'CNAME', ttl: 60, values: ['loop.acme.example'] },
      { name: 'many.acme.example.', type: 'A', ttl: 60, values: Array.from({ length: 60 }, (_, n) => `192.0.2.${n}`) },
    ],
  };
  await serve(false);
});

afterEach(() => server.close());

test('a name resolves through its CNAME to the load balancer on this machine', async () => {
  expect(await resolver.resolve4('retool.acme.example', { ttl: true })).toEqual([{ address: '127.0.0.1', ttl: 60 }]);
  expect(await resolver.resolveCname('retool.acme.example')).toEqual([BALANCER]);
  expect(await resolver.resolve4('ReTool.ACME.example')).toEqual(['127.0.0.1']);
});

test('an alias answers with the addresses of its target, a wildcard for every name beside it', async () => {
  expect(await resolver.resolve4('apex.acme.example')).toEqual(['127.0.0.1']);
  await expect(resolver.resolveCname('apex.acme.example')).rejects.toMatchObject({ code: 'ENODATA' });
  expect(await resolver.resolve4('run7.preview.acme.example')).toEqual(['127.0.0.1']);
});

test('texts, mail exchangers and the start of authority are answered', async () => {
  expect(await resolver.resolveTxt('acme.example')).toEqual([['v=spf1 -all']]);
  expect(await resolver.resolveMx('acme.example')).toMatchObject([{ priority: 10, exchange: 'mail.acme.example' }]);
  expect(await resolver.resolveSoa('acme.example')).toMatchObject({ nsname: 'ns-1.awsdns-01.com', minttl: 86400 });
});

test('what is not there is told apart: no such name, no such type, not our zone, a loop', async () => {
  await expect(resolver.resolve4('none.acme.example')).rejects.toMatchObject({ code: 'ENOTFOUND' });
  expect(await resolver.resolve6('retool.acme.example')).toEqual([]);
  await expect(resolver.resolve4('preview.acme.example')).rejects.toMatchObject({ code: 'ENODATA' });
  await expect(resolver.resolve4('www.example.com')).rejects.toMatchObject({ code: 'EREFUSED' });
  expect(await resolver.resolve4('loop.acme.example')).toEqual([]);
});

test('an answer too long for a datagram is truncated, and whole over TCP', async () => {
  expect(await resolver.resolve4('many.acme.example')).toHaveLength(60);

  const query: Packet = { type: 'query', id: 7, questions: [{ type: 'A', name: 'many.acme.example' }] };
  const udp = createSocket('udp4');
  udp.send(encode(query), server.port, '127.0.0.1');
  const [message] = await once(udp, 'message');
  udp.close();
  expect(decode(message)).toMatchObject({ id: 7, flag_tc: true, flag_aa: true, answers: [] });

  const tcp = connect(server.port, '127.0.0.1');
  const framed = streamEncode(query);
  tcp.write(framed.subarray(0, 5));
  tcp.write(framed.subarray(5));
  let received = Buffer.alloc(0);
  for await (const part of tcp) {
    received = Buffer.concat([received, part]);
    if (received.length >= 2 + received.readUInt16BE(0)) break;
  }
  expect(streamDecode(received).answers).toHaveLength(60);
});

test('a question of a type that nobody knows has no answer', async () => {
  const udp = createSocket('udp4');
  // 65: HTTPS, which browsers ask for.
  const name = 'acme.example';
  udp.send(
    encode({ type: 'query', id: 9, questions: [{ type: 'UNKNOWN_65' as 'A', name }] }),
    server.port,
    '127.0.0.1',
  );
  const [message] = await once(udp, 'message');
  udp.close();
  expect(decode(message)).toMatchObject({ id: 9, rcode: 'NOERROR', answers: [], authorities: [{ type: 'SOA', name }] });
});

test('what is no DNS is refused, and the server goes on', async () => {
  const udp = createSocket('udp4');
  udp.send(Buffer.from([1, 2, 3]), server.port, '127.0.0.1');
  const [message] = await once(udp, 'message');
  udp.close();
  expect(decode(message)).toMatchObject({ id: 0x0102, rcode: 'FORMERR' });
  expect(await resolver.resolve4('retool.acme.example')).toEqual(['127.0.0.1']);
});

test('a name server answers a change at once, a caching resolver when the TTL is over', async () => {
  const authoritative = server;
  const direct = resolver;
  await serve(true);
  try {
    await resolver.resolveCname('retool.acme.example');
    zone = { ...zone, records: [soa, cname('acme-eks-2.eu-west-1.elb.amazonaws.com')] };
    expect(await direct.resolveCname('retool.acme.example')).toEqual(['acme-eks-2.eu-west-1.elb.amazonaws.com']);
    await clock.advance(59_999);
    expect(await resolver.resolveCname('retool.acme.example')).toEqual([BALANCER]);
    await clock.advance(1);
    expect(await resolver.resolveCname('retool.acme.example')).toEqual(['acme-eks-2.eu-west-1.elb.amazonaws.com']);
  } finally {
    await authoritative.close();
  }
});
