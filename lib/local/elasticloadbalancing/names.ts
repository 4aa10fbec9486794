import { createHash } from 'node:crypto';
import type { Listener, LoadBalancer } from '../loadbalancer/load-balancer.ts';

/**
 * What ELBv2 calls load balancers and listeners. Everything follows from the hostname and the port, so that it is the
 * same whenever the world is started.
 */
export function createNames({ accountId, region }: { readonly accountId: string; readonly region: string }) {
  const prefix = `arn:aws:elasticloadbalancing:${region}:${accountId}:`;
  /** `app/acme-retool-ecs/50dc6c495c0c9188` */
  const pathOf = (balancer: LoadBalancer): string => `app/${nameOf(balancer)}/${hex(balancer.hostname.toLowerCase())}`;
  return {
    nameOf,
    balancer: (balancer: LoadBalancer): string => `${prefix}loadbalancer/${pathOf(balancer)}`,
    listener: (balancer: LoadBalancer, { port }: Listener): string =>
      `${prefix}listener/${pathOf(balancer)}/${hex(`${balancer.hostname.toLowerCase()}:${port}`)}`,
    isBalancer: (arn: string): boolean => arn.startsWith(`${prefix}loadbalancer/`),
    isListener: (arn: string): boolean => arn.startsWith(`${prefix}listener/`),
  };
}

/** `acme-retool-ecs` of `internal-acme-retool-ecs-1047.eu-west-1.elb.amazonaws.com` */
const nameOf = ({ hostname }: LoadBalancer): string =>
  /^(?:internal-)?([^.]+)-\w+\./.exec(hostname)?.[1] ?? hostname.replace(/\..*/, '');

const hex = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16);
