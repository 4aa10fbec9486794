import { deployed, migrationFile, record } from '../../../support/run-documents.ts';
import { type Cases, fine, withBalancers, withDns, withTarget } from '../world.ts';

const published = (...hostnames: string[]) => withTarget({ ingress: { ...fine.target.ingress!, hostnames } });
const pointingAt = (target: string) => ({
  configuration: deployed({ ...migrationFile(), dns: { ...migrationFile().dns, target } }),
});
const before = fine.dns.loadBalancers.source;

export const cases: Cases = {
  'the same load balancer': { given: {}, severity: 'PASS', says: /eks.elb/ },
  'in another writing': { given: published('dualstack.EKS.elb.example.com.'), severity: 'PASS' },
  'the same name, of which nothing more is known': { given: withDns(withBalancers({})), severity: 'PASS' },
  'one of the several that are published': { given: published('nlb.elb', 'eks.elb.example.com'), severity: 'PASS' },
  'by a name that leads there': {
    given: pointingAt('preview.acme.example.com'),
    severity: 'PASS',
    says: /preview\.acme\.example\.com, which is eks\.elb\.example\.com/,
  },
  'none published': { given: published(), severity: 'WARNING', says: /Could not be learned/ },
  'another application load balancer, round the gate': {
    given: published('other.elb'),
    severity: 'BLOCKER',
    says: /not the Ingress's \(other\.elb\): users would go round the gate.*Set dns\.target to other\.elb/,
  },
  'a network load balancer, which may stand before it': {
    given: {
      ...published('other.elb'),
      ...withDns(withBalancers({ source: before, target: { ...fine.dns.loadBalancers.target!, type: 'network' } })),
    },
    severity: 'WARNING',
    says: /a load balancer of type network; the Ingress has other\.elb/,
  },
  'none that Passage sees': {
    given: { ...pointingAt('d111.cloudfront.net'), ...withDns(withBalancers({ source: before })) },
    severity: 'WARNING',
    says: /no load balancer that Passage sees.*unless something else stands between/,
  },
  'the load balancer of the source': {
    given: withDns(withBalancers({ source: before, target: before })),
    severity: 'BLOCKER',
    says: /would change nothing/,
  },
  'what the record says already, of which nothing more is known': {
    given: {
      ...pointingAt('ecs.elb.example.com'),
      ...withDns({ ...withBalancers({}), records: [record({ values: ['ECS.elb.example.com.'] })] }),
    },
    severity: 'BLOCKER',
  },
  'the one before, although the Ingress publishes it': {
    given: { ...pointingAt('ecs.elb.example.com'), ...published('ecs.elb.example.com') },
    severity: 'BLOCKER',
  },
};
