import { systemClock } from '../clock.ts';
import { startDnsServer } from '../dns/dns-server.ts';
import { createRoute53 } from '../route53/route53.ts';
import { ACCOUNT } from './account.ts';
import type { Facts } from './info.ts';
import { takeLock } from './lock.ts';
import { worldPaths } from './paths.ts';

/**
 * The account's name servers for as long as `use` takes: those of the command that has the world up, or else by themselves,
 * over the zones that are remembered. Nothing else starts, so that a run which was killed goes on with a command that
 * lasts, and not for the moment of a question.
 * @param command for the lock file: who would start the world meanwhile waits
 */
export async function withNameServer<T>(
  directory: string,
  command: string,
  use: (server: string) => Promise<T>,
): Promise<T> {
  const paths = worldPaths(directory);
  const taken = await takeLock<Facts>(paths.lock, command);
  if ('holder' in taken) return use(taken.holder.info.dns.server);
  try {
    const { published } = createRoute53({
      ...ACCOUNT,
      clock: systemClock,
      authorize: () => {},
      directory: paths.service('route53'),
    });
    const isLoadBalancer = (hostname: string) => /\.elb\.amazonaws\.com\.?$/i.test(hostname);
    const dns = await startDnsServer({ zones: published, isLoadBalancer, clock: systemClock });
    try {
      return await use(dns.address);
    } finally {
      await dns.close();
    }
  } finally {
    taken.lock.release();
  }
}
