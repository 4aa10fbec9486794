import { ACMClient } from '@aws-sdk/client-acm';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { Route53Client } from '@aws-sdk/client-route-53';
import { S3Client } from '@aws-sdk/client-s3';
import { acm } from '../../lib/adapters/certificates.ts';
import { s3Documents } from '../../lib/adapters/documents.ts';
import { type Evidence, s3Evidence } from '../../lib/adapters/evidence.ts';
import { type LoadBalancers, loadBalancers } from '../../lib/adapters/load-balancers.ts';
import { type Answers, ask } from '../../lib/adapters/resolver.ts';
import { type Dns, route53 } from '../../lib/adapters/route53.ts';
import { leadsTo, sameHost } from '../../lib/domain/load-balancer.ts';
import { whereOf } from '../../lib/domain/run.ts';
import { parentsOf, rivalsOf, within, zoneProblems } from '../../lib/domain/split-view.ts';
import { onLambda } from '../../lib/lambda/on-lambda.ts';
import { task } from '../../lib/lambda/task.ts';

interface Deps {
  evidence: Evidence;
  dns: Dns;
  loadBalancers: LoadBalancers;
  resolvers: readonly string[];
  ask: (servers: readonly string[], name: string) => Promise<Answers[]>;
}

const nowhere = {
  zone: null,
  records: [],
  nameServers: [],
  privateZone: null,
  rivals: [],
  answers: [],
  loadBalancers: { source: null, target: null, ingress: null },
  problems: [],
};

/** More names than anybody chains; fewer than would take long. */
const MOST_HOPS = 8;

/** Where a name leads to, as far as it stays within the zone: Passage may read no other. */
async function end(dns: Dns, zone: { id: string; name: string }, name: string): Promise<string> {
  let at = name;
  for (let hop = 0; hop < MOST_HOPS && within(at, zone.name); hop += 1) {
    const next = leadsTo(await dns.records(zone.id, at));
    if (next === null) break;
    at = next;
  }
  return at;
}

export const collectDns = task('CollectDns')(async (deps: Deps, { lease, look }) => {
  const { evidence, dns } = deps;
  const configured = (await evidence.configuration(lease)).dns;
  if (!configured) {
    await evidence.write(whereOf(lease.run, look), 'dns', nowhere);
    return { document: 'dns' };
  }
  const { hostedZoneId, record } = configured;
  const zone = await dns.zone(hostedZoneId);
  const [records, zones, answers] = await Promise.all([
    dns.records(hostedZoneId, record),
    Promise.all([zone.name, ...parentsOf(zone.name)].map((name) => dns.zonesFrom(name))),
    deps.ask(deps.resolvers.length > 0 ? deps.resolvers : zone.nameServers, record),
  ]);
  const own = { id: hostedZoneId, name: zone.name };
  const [source, target] = await Promise.all([end(dns, own, record), end(dns, own, configured.target)]);
  const published = (await evidence.find(whereOf(lease.run, look), 'target'))?.ingress?.hostnames ?? [];
  const { found, problems } = await deps.loadBalancers.named([...new Set([source, target, ...published])]);
  const behind = (...names: readonly string[]) =>
    found.find(({ dnsName }) => names.some((name) => sameHost(name, dnsName))) ?? null;
  const rivals = rivalsOf({ hostedZoneId, name: zone.name }, record, zones.flat());
  await evidence.write(whereOf(lease.run, look), 'dns', {
    zone: zone.name,
    records,
    nameServers: zone.nameServers,
    privateZone: zone.private,
    rivals,
    answers,
    loadBalancers: { source: behind(source), target: behind(target), ingress: behind(...published) },
    problems: [...zoneProblems({ name: zone.name, private: zone.private }, rivals, records, answers), ...problems],
  });
  return { document: 'dns' };
});

export const handler = onLambda(collectDns, (environment) => ({
  evidence: s3Evidence(s3Documents(new S3Client({}), environment.runs)),
  dns: route53(new Route53Client({})),
  loadBalancers: loadBalancers(new ElasticLoadBalancingV2Client({}), acm(new ACMClient({}))),
  resolvers: environment.resolvers.split(',').filter((server) => server !== ''),
  ask,
}));
