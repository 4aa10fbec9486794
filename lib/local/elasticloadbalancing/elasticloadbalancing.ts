import type { Listener, LoadBalancer } from '../loadbalancer/load-balancer.ts';
import type { LoadBalancers } from '../loadbalancer/load-balancers.ts';
import { type Authorize, AwsError, type Endpoint } from '../wire/endpoint.ts';
import { listOf, type QueryOperation, queryEndpoint } from '../wire/query.ts';
import { createNames } from './names.ts';
import { type Page, pageOf } from './paging.ts';

interface ElasticLoadBalancingOptions {
  /** The proxies that are described: whatever runs, and as it runs. */
  readonly loadBalancers: Pick<LoadBalancers, 'all'>;
  readonly authorize: Authorize;
  readonly accountId: string;
  readonly region: string;
}

/** Of application load balancers in eu-west-1, where the simulated account lives. */
const CANONICAL_ZONE = 'Z32O12XQLNTSW2';

/** ELBv2 on loopback, as far as it describes: networks, rules and target groups are not modelled. */
export function createElasticLoadBalancing(options: ElasticLoadBalancingOptions): { readonly endpoint: Endpoint } {
  const { loadBalancers, authorize } = options;
  const names = createNames(options);

  /** An operation that describes: IAM knows no resource for any of them. */
  const describing = (action: string, run: (parameters: URLSearchParams) => Page<object>): QueryOperation => {
    return (parameters, { principal }) => {
      authorize(principal, `elasticloadbalancing:${action}`, '*');
      const { items, key, nextMarker } = run(parameters);
      return { [key]: { member: items }, NextMarker: nextMarker };
    };
  };

  const balancerOf = (arn: string): LoadBalancer => {
    if (!names.isBalancer(arn)) throw invalid(`'${arn}' is not a valid load balancer ARN`);
    const found = loadBalancers.all().find((each) => names.balancer(each) === arn);
    if (!found) throw new AwsError('LoadBalancerNotFound', 400, `Load balancers '[${arn}]' not found`);
    return found;
  };
  const listeners = () =>
    loadBalancers.all().flatMap((balancer) => balancer.listeners.map((listener) => ({ balancer, listener })));
  const listenerOf = (arn: string) => {
    if (!names.isListener(arn)) throw invalid(`'${arn}' is not a valid listener ARN`);
    const found = listeners().find(({ balancer, listener }) => names.listener(balancer, listener) === arn);
    if (!found) throw new AwsError('ListenerNotFound', 400, `Listeners '[${arn}]' not found`);
    return found;
  };

  const described = (balancer: LoadBalancer) => ({
    LoadBalancerArn: names.balancer(balancer),
    LoadBalancerName: names.nameOf(balancer),
    DNSName: balancer.hostname,
    CanonicalHostedZoneId: CANONICAL_ZONE,
    Scheme: balancer.scheme,
    Type: 'application',
    State: { Code: 'active' },
    IpAddressType: 'ipv4',
  });
  const listed = ({ balancer, listener }: { balancer: LoadBalancer; listener: Listener }) => {
    const [main] = listener.certificates ?? [];
    return {
      ListenerArn: names.listener(balancer, listener),
      LoadBalancerArn: names.balancer(balancer),
      Port: listener.port,
      Protocol: listener.protocol,
      // The default one alone: the others are told by DescribeListenerCertificates.
      ...(main !== undefined && { Certificates: { member: [{ CertificateArn: main }] } }),
    };
  };

  return {
    endpoint: queryEndpoint({
      service: 'elasticloadbalancing',
      version: '2015-12-01',
      namespace: 'http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/',
      operations: {
        DescribeLoadBalancers: describing('DescribeLoadBalancers', (parameters) => {
          const arns = listOf(parameters, 'LoadBalancerArns');
          const wanted = listOf(parameters, 'Names');
          if (arns.length > 0 && wanted.length > 0)
            throw invalid('Load balancer names and load balancer ARNs cannot be specified at the same time');
          const byName = wanted.map((name) => {
            const found = loadBalancers.all().find((each) => names.nameOf(each) === name);
            if (!found) throw new AwsError('LoadBalancerNotFound', 400, `Load balancers '[${name}]' not found`);
            return found;
          });
          const chosen = [...arns.map(balancerOf), ...byName];
          const all = arns.length + wanted.length > 0 ? chosen : loadBalancers.all();
          return pageOf('LoadBalancers', all.map(described), parameters);
        }),
        DescribeListeners: describing('DescribeListeners', (parameters) => {
          const arns = listOf(parameters, 'ListenerArns');
          const of = parameters.get('LoadBalancerArn');
          if ((of === null) === (arns.length === 0))
            throw invalid('You must specify either listener ARNs or a load balancer ARN');
          const chosen = of === null ? undefined : balancerOf(of);
          const all = chosen ? listeners().filter(({ balancer }) => balancer === chosen) : arns.map(listenerOf);
          return pageOf('Listeners', all.map(listed), parameters);
        }),
        DescribeListenerCertificates: describing('DescribeListenerCertificates', (parameters) => {
          const { certificates = [] } = listenerOf(parameters.get('ListenerArn') ?? '').listener;
          const all = certificates.map((CertificateArn, index) => ({ CertificateArn, IsDefault: index === 0 }));
          return pageOf('Certificates', all, parameters);
        }),
      },
    }),
  };
}

const invalid = (message: string): AwsError => new AwsError('ValidationError', 400, message);
