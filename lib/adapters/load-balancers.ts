import {
  type ElasticLoadBalancingV2Client,
  type LoadBalancer as ListedBalancer,
  type Listener as ListedListener,
  paginateDescribeListenerCertificates,
  paginateDescribeListeners,
  paginateDescribeLoadBalancers,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { sameHost } from '../domain/load-balancer.ts';
import type { Certificate, LoadBalancer, Problem } from '../workflow/documents/findings.ts';
import type { Certificates } from './certificates.ts';
import { isDenied, refused } from './refused.ts';

export interface LoadBalancers {
  /** Those of this account and region that have one of these DNS names, with their listeners and certificates. */
  named(names: readonly string[]): Promise<{ found: LoadBalancer[]; problems: Problem[] }>;
}

/** Listeners that end TLS, and so have certificates. */
const ENDS_TLS = new Set(['HTTPS', 'TLS']);

export function loadBalancers(client: ElasticLoadBalancingV2Client, certificates: Certificates): LoadBalancers {
  /** All that a listener may show, by the server name that a client says: the default one first. */
  const certificatesOf = async ({ ListenerArn, Protocol }: ListedListener, describe: Certificates['describe']) => {
    if (!ENDS_TLS.has(Protocol ?? '')) return [];
    const pages = await all(paginateDescribeListenerCertificates({ client }, { ListenerArn }));
    const listed = pages.flatMap(({ Certificates = [] }) => Certificates);
    const inOrder = listed.toSorted((a, b) => Number(b.IsDefault ?? false) - Number(a.IsDefault ?? false));
    // The default one may stand in the list twice.
    const arns = [...new Set(inOrder.flatMap(({ CertificateArn }) => CertificateArn ?? []))];
    return Promise.all(arns.map(describe));
  };
  const read = async (listed: ListedBalancer, describe: Certificates['describe']) => {
    const pages = await all(paginateDescribeListeners({ client }, { LoadBalancerArn: listed.LoadBalancerArn }));
    const listeners = await Promise.all(
      pages
        .flatMap(({ Listeners = [] }) => Listeners)
        .map(async (each) => ({ each, of: await certificatesOf(each, describe) })),
    );
    return {
      balancer: shapeOf(
        listed,
        listeners.map(({ each, of }) => ({ each, of: of.map(({ certificate }) => certificate) })),
      ),
      problems: listeners.flatMap(({ of }) => of.flatMap(({ problem }) => problem ?? [])),
    };
  };

  return {
    async named(names) {
      if (names.length === 0) return { found: [], problems: [] };
      const describe = once(certificates.describe);
      try {
        // They can be asked for by ARN or by name, not by what DNS calls them.
        const pages = await all(paginateDescribeLoadBalancers({ client }, {}));
        const listed = pages
          .flatMap(({ LoadBalancers = [] }) => LoadBalancers)
          .filter(({ DNSName }) => DNSName && names.some((name) => sameHost(name, DNSName)));
        const found = await Promise.all(listed.map((each) => read(each, describe)));
        return {
          found: found.map(({ balancer }) => balancer),
          // What is said of a shared certificate is one object.
          problems: [...new Set(found.flatMap(({ problems }) => problems))],
        };
      } catch (error) {
        if (!isDenied(error)) throw refused(`describe the load balancers ${names.join(', ')}`, error);
        return { found: [], problems: [notLooked(names)] };
      }
    },
  };
}

const shapeOf = (
  { LoadBalancerArn, DNSName, CanonicalHostedZoneId, Scheme, Type }: ListedBalancer,
  listeners: readonly { each: ListedListener; of: Certificate[] }[],
): LoadBalancer => ({
  arn: LoadBalancerArn ?? '',
  dnsName: DNSName ?? '',
  hostedZoneId: CanonicalHostedZoneId ?? null,
  scheme: Scheme ?? '',
  type: Type ?? '',
  listeners: listeners
    .map(({ each, of }) => ({
      arn: each.ListenerArn ?? '',
      port: each.Port ?? 0,
      protocol: each.Protocol ?? '',
      certificates: of,
    }))
    .sort((a, b) => a.port - b.port),
});

const notLooked = (names: readonly string[]): Problem => ({
  kind: 'not-looked',
  severity: 'INFO',
  what: 'Passage may not describe load balancers: their schemes, listeners and certificates are not known.',
  where: names.join(', '),
  todo: 'Its role has elasticloadbalancing:Describe…: see which policy of the organization or permissions boundary denies it.',
});

/** Listeners share certificates: each is asked for once. */
function once<T>(ask: (arn: string) => Promise<T>): (arn: string) => Promise<T> {
  const asked = new Map<string, Promise<T>>();
  return (arn) => {
    const answer = asked.get(arn) ?? ask(arn);
    asked.set(arn, answer);
    return answer;
  };
}

async function all<T>(pages: AsyncIterable<T>): Promise<T[]> {
  const read: T[] = [];
  for await (const page of pages) read.push(page);
  return read;
}
