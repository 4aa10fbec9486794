import { type Check, info, pass, warning } from '../check.ts';

/** Longer than this, and users would keep coming to the source for longer than a freeze should last. Seconds. */
const LONGEST_TTL = 300;

export const check: Check = {
  id: 'dns-ttl',
  title: 'Resolvers forget the old answer soon after the switch',
  about: 'cutover',
  look({ dns, configuration }) {
    const ttls = dns.records.flatMap(({ ttl }) => (ttl === null ? [] : [ttl]));
    if (dns.records.length === 0) return null;
    if (ttls.length === 0) return pass('An alias, which resolvers keep for 60 s.');
    const longest = Math.max(...ttls);
    if (longest > LONGEST_TTL) {
      return warning(`TTL ${longest} s.`, `Lower the TTL to 60 s, and wait ${longest} s, before the cutover.`);
    }
    const wanted = configuration.dns?.ttlSeconds ?? longest;
    if (longest > wanted) return info(`TTL ${longest} s; after the switch it is ${wanted} s.`);
    return pass(`TTL ${longest} s.`);
  },
};
