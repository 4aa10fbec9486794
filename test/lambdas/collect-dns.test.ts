import { collectDns } from '../../lambdas/collect-dns/handler.ts';
import type { LoadBalancers } from '../../lib/adapters/load-balancers.ts';
import { recordsOf } from '../../lib/domain/dns.ts';
import { keys, whereOf } from '../../lib/domain/run.ts';
import { DnsFindings, type RecordSet } from '../../lib/workflow/documents/collected.ts';
import type { LoadBalancer, Problem } from '../../lib/workflow/documents/findings.ts';
import { lease, migrationFile, record, target } from '../support/run-documents.ts';
import { type Account, call } from './account.ts';
import { configured, uncollected, written } from './collecting.ts';

describe('CollectDns', () => {
  const balancer = (dnsName: string): LoadBalancer => ({
    arn: `arn:${dnsName}`,
    dnsName,
    hostedZoneId: null,
    scheme: 'internal',
    type: 'application',
    listeners: [],
  });
  /** The account's load balancers by their names, and what is asked of them. */
  const having = (it: Account, ...names: string[]) => {
    const asked: string[] = [];
    const named: LoadBalancers['named'] = async (wanted) => {
      asked.push(...wanted);
      return { found: names.filter((name) => wanted.includes(name)).map(balancer), problems: [] };
    };
    return { of: { ...it, loadBalancers: { named } }, asked };
  };
  const behind = (it: Account) => {
    const { source, target: to, ingress } = DnsFindings.parse(written(it, 'dns')).loadBalancers;
    return [source, to, ingress].map((each) => each?.dnsName ?? null);
  };
  const zoneOf = (it: Account, ...records: RecordSet[]) => ({
    ...it,
    dns: { ...it.dns, records: async (_: string, name: string) => recordsOf(records, name) },
  });

  test('writes the records of the name, and nothing where no name is given', async () => {
    const it = uncollected();
    await collectDns.run(it, { lease, look: 'first' }, call);
    expect(DnsFindings.parse(written(it, 'dns'))).toMatchObject({
      zone: 'acme.example.com',
      records: [{ type: 'CNAME' }],
      loadBalancers: { source: null, target: null, ingress: null },
    });
    const other = uncollected();
    const { dns: _, approvals: __, ...file } = migrationFile();
    const { application: ___, ...to } = file.target;
    configured(other, { ...file, source: { database: file.source.database }, target: to });
    await collectDns.run(other, { lease, look: 'first' }, call);
    expect(DnsFindings.parse(written(other, 'dns'))).toMatchObject({ zone: null, records: [] });
  });

  test('finds the load balancers behind the record, dns.target and the Ingress', async () => {
    const it = uncollected();
    it.documents.tamper(keys.document(lease.run, 'target'), target());
    const { of, asked } = having(it, 'ecs.elb.example.com', 'eks.elb.example.com');
    await collectDns.run(of, { lease, look: 'first' }, call);
    expect(behind(it)).toEqual(['ecs.elb.example.com', 'eks.elb.example.com', 'eks.elb.example.com']);
    expect(asked).toEqual(['ecs.elb.example.com', 'eks.elb.example.com']);
  });

  test('that of the Ingress is its own, whatever dns.target is, and as this look found it', async () => {
    const it = uncollected();
    const published = (...hostnames: string[]) => target({ ingress: { ...target().ingress!, hostnames } });
    it.documents.tamper(keys.document(lease.run, 'target'), published('before.elb'));
    it.documents.tamper(keys.document(whereOf(lease.run, 'last'), 'target'), published('gone.elb', 'own.elb'));
    const { of } = having(it, 'before.elb', 'own.elb');
    await collectDns.run(of, { lease, look: 'last' }, call);
    const last = DnsFindings.parse(it.documents.json(keys.document(whereOf(lease.run, 'last'), 'dns')));
    expect(last.loadBalancers).toMatchObject({ source: null, target: null, ingress: { dnsName: 'own.elb' } });
  });

  test('follows the names of the zone, and stops where they go round', async () => {
    const it = uncollected();
    const alias = { hostedZoneId: 'Z2', dnsName: 'dualstack.ecs.elb.', evaluateTargetHealth: false };
    const { of, asked } = having(it, 'dualstack.ecs.elb');
    const zone = zoneOf(
      of,
      record({ values: ['lb.acme.example.com'] }),
      record({ name: 'lb.acme.example.com.', type: 'A', values: [], alias }),
    );
    await collectDns.run(zone, { lease, look: 'first' }, call);
    expect(behind(it)).toEqual(['dualstack.ecs.elb', null, null]);
    expect(asked).toEqual(['dualstack.ecs.elb', 'eks.elb.example.com']);

    const round = uncollected();
    const circle = zoneOf(
      round,
      record({ values: ['lb.acme.example.com'] }),
      record({ name: 'lb.acme.example.com.', values: ['retool.acme.example.com'] }),
    );
    await collectDns.run(circle, { lease, look: 'first' }, call);
    expect(behind(round)).toEqual([null, null, null]);
  });

  test('what could not be looked at is a problem beside those of the zone', async () => {
    const it = uncollected();
    const problem: Problem = { kind: 'not-looked', severity: 'INFO', what: 'Hidden.', where: 'elb', todo: 'Look.' };
    const named: LoadBalancers['named'] = async () => ({ found: [], problems: [problem] });
    await collectDns.run({ ...it, loadBalancers: { named } }, { lease, look: 'first' }, call);
    expect(DnsFindings.parse(written(it, 'dns')).problems).toEqual([problem]);
  });
});
