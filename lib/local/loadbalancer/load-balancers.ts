import { type LoadBalancer, type LoadBalancerOptions, startLoadBalancer } from './load-balancer.ts';

/** The load balancers of the account, by their hostnames. */
export interface LoadBalancers {
  start(options: LoadBalancerOptions): Promise<LoadBalancer>;
  find(hostname: string): LoadBalancer | undefined;
  all(): readonly LoadBalancer[];
  /** Whether a name is one of theirs, for the DNS server. */
  has(hostname: string): boolean;
  /** Where a hostname of port 80 or 443 really is. Throws when it is none of theirs. */
  addressOf(hostname: string): { readonly host: string; readonly port: number };
  close(): Promise<void>;
}

export function createLoadBalancers(): LoadBalancers {
  const all = new Map<string, LoadBalancer>();
  const canonical = (hostname: string) => hostname.toLowerCase().replace(/\.$/, '');
  return {
    async start(options) {
      const balancer = await startLoadBalancer(options);
      all.set(canonical(options.hostname), balancer);
      return balancer;
    },
    find: (hostname) => all.get(canonical(hostname)),
    all: () => [...all.values()],
    has: (hostname) => all.has(canonical(hostname)),
    addressOf(hostname) {
      const found = all.get(canonical(hostname));
      if (!found) throw new Error(`${hostname} is no load balancer of the simulated account.`);
      return { host: '127.0.0.1', port: found.port };
    },
    async close() {
      await Promise.all([...all.values()].map((balancer) => balancer.close()));
      all.clear();
    },
  };
}
