import { Route53Client } from '@aws-sdk/client-route-53';
import { S3Client } from '@aws-sdk/client-s3';
import { s3Documents } from '../../lib/adapters/documents.ts';
import { type Evidence, s3Evidence } from '../../lib/adapters/evidence.ts';
import { type Answers, ask } from '../../lib/adapters/resolver.ts';
import { type Dns, route53 } from '../../lib/adapters/route53.ts';
import { whereOf } from '../../lib/domain/run.ts';
import { rivalsOf, zoneProblems } from '../../lib/domain/split-view.ts';
import { onLambda } from '../../lib/lambda/on-lambda.ts';
import { task } from '../../lib/lambda/task.ts';

interface Deps {
  evidence: Evidence;
  dns: Dns;
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
  loadBalancers: { source: null, target: null },
  problems: [],
};

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
    dns.zonesFrom(zone.name),
    deps.ask(deps.resolvers.length > 0 ? deps.resolvers : zone.nameServers, record),
  ]);
  const rivals = rivalsOf({ hostedZoneId, name: zone.name }, record, zones);
  await evidence.write(whereOf(lease.run, look), 'dns', {
    zone: zone.name,
    records,
    nameServers: zone.nameServers,
    privateZone: zone.private,
    rivals,
    answers,
    loadBalancers: { source: null, target: null },
    problems: zoneProblems({ name: zone.name, private: zone.private }, rivals, records, answers),
  });
  return { document: 'dns' };
});

export const handler = onLambda(collectDns, (told) => ({
  evidence: s3Evidence(s3Documents(new S3Client({}), told.runs)),
  dns: route53(new Route53Client({})),
  resolvers: told.resolvers.split(',').filter((server) => server !== ''),
  ask,
}));
