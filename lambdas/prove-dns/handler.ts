import { Route53Client } from '@aws-sdk/client-route-53';
import { S3Client } from '@aws-sdk/client-s3';
import { s3Documents } from '../../lib/adapters/documents.ts';
import { type Evidence, s3Evidence } from '../../lib/adapters/evidence.ts';
import { type Answers, ask } from '../../lib/adapters/resolver.ts';
import { type Dns, route53 } from '../../lib/adapters/route53.ts';
import { withoutDot } from '../../lib/domain/dns.ts';
import { onLambda } from '../../lib/lambda/on-lambda.ts';
import { task } from '../../lib/lambda/task.ts';
import { WorkflowError } from '../../lib/workflow/errors.ts';

interface Deps {
  evidence: Evidence;
  dns: Dns;
  resolvers: readonly string[];
  ask: (servers: readonly string[], name: string) => Promise<Answers[]>;
  now: () => number;
}

export const proveDns = task('ProveDns')(async (deps: Deps, { lease, changeId }) => {
  const configured = (await deps.evidence.configuration(lease)).dns;
  if (!configured) throw new WorkflowError('ConfigurationInvalid', 'dns is missing: there is no name to ask for.');
  const servers =
    deps.resolvers.length > 0 ? deps.resolvers : (await deps.dns.zone(configured.hostedZoneId)).nameServers;
  const asked = await deps.ask(servers, configured.record);
  const stale = asked.filter(
    ({ answer }) => !answer.some((name) => withoutDot(name) === withoutDot(configured.target)),
  );
  if (stale.length > 0 || asked.length === 0) {
    const list = stale.map(({ server, answer }) => `${server} says ${answer.join(', ') || 'nothing'}`);
    throw new WorkflowError(
      'DnsNotSwitched',
      `${configured.record} should be ${configured.target}, but ${list.join('; ') || 'no name server is known'}. It is asked again.`,
    );
  }
  await deps.evidence.write(lease.run, 'switch', { changeId, asked, at: new Date(deps.now()).toISOString() });
  return {};
});

export const handler = onLambda(proveDns, (environment) => ({
  evidence: s3Evidence(s3Documents(new S3Client({}), environment.runs)),
  dns: route53(new Route53Client({})),
  resolvers: environment.resolvers.split(',').filter((server) => server !== ''),
  ask,
  now: Date.now,
}));
