import type { DeployedMigration } from '../../workflow/configuration.ts';
import type { DnsFindings, RecordSet } from '../../workflow/documents/collected.ts';
import type { LoadBalancer } from '../../workflow/documents/findings.ts';
import type { Change } from '../../workflow/documents/measurement.ts';
import type { Plan } from '../../workflow/documents/run.ts';
import { canonical, digestOf } from '../digest.ts';
import { planned } from '../plan.ts';
import { comeAndGone, compare, match } from './change.ts';

const toBeChanged = { about: 'dns', matters: true, because: 'the switch changes exactly what was found' } as const;

/** How the name that users type changed. */
export function dnsChanges(was: DnsFindings, is: DnsFindings): Change[] {
  const nameOf = ({ name, type, setIdentifier }: RecordSet) => [name, type, setIdentifier].filter(Boolean).join(' ');
  const records = match(was.records, is.records, nameOf);
  const points = ({ values, alias }: RecordSet) => alias?.dnsName ?? [...values].sort().join(', ');
  return [
    ...compare('hosted zone', was.zone, is.zone, toBeChanged),
    ...compare(
      'name servers',
      [...was.nameServers].sort().join(', '),
      [...is.nameServers].sort().join(', '),
      toBeChanged,
    ),
    ...balancerChanges('source', was.loadBalancers.source, is.loadBalancers.source),
    ...balancerChanges('target', was.loadBalancers.target, is.loadBalancers.target),
    ...comeAndGone(records, 'record', nameOf, () => toBeChanged),
    ...records.both.flatMap(({ name, was: before, is: after }) => [
      ...compare(`record ${name}`, points(before), points(after), toBeChanged),
      ...compare(`TTL of ${name}`, seconds(before.ttl), seconds(after.ttl), {
        about: 'dns',
        matters: (after.ttl ?? 0) > (before.ttl ?? 0),
        because: 'for so long resolvers may still send users to the source',
      }),
    ]),
  ];
}

/**
 * What a load balancer is to the switch: where it is, who may reach it, and which certificate it shows. To which name the
 * record points is told of the record; a load balancer that a look did not find, or might not look for, is no other one.
 */
function balancerChanges(side: string, was: LoadBalancer | null, is: LoadBalancer | null): Change[] {
  if (!was || !is) return [];
  const certificates = (of: LoadBalancer) =>
    [...new Set(of.listeners.flatMap((listener) => listener.certificates.map(({ arn }) => arn)))].sort().join(', ');
  return [
    ...compare(`load balancer of the ${side}`, was.dnsName, is.dnsName, toBeChanged),
    ...compare(`scheme of the ${side}’s load balancer`, was.scheme, is.scheme, toBeChanged),
    ...compare(`certificates of the ${side}’s load balancer`, certificates(was), certificates(is), {
      about: 'dns',
      matters: false,
      because: 'whether they fit is checked anew',
    }),
  ];
}

const seconds = (ttl: number | null): string => (ttl === null ? 'that of its alias' : `${ttl} s`);

/** How the plan changed: the configuration by the paths of its fields, or Passage itself. */
export function planChanges(
  was: { plan: Plan; configuration: DeployedMigration | null },
  is: { plan: Plan; configuration: DeployedMigration },
): Change[] {
  if (was.plan.planDigest === is.plan.planDigest) return [];
  const about = 'configuration';
  const [before, after] = [was.configuration && planned(was.configuration), planned(is.configuration)];
  // Plans differ by what they take of the configuration, or else by the version of Passage.
  if (
    was.plan.configurationDigest === is.plan.configurationDigest ||
    (before && digestOf(before) === digestOf(after))
  ) {
    const because = 'another version may do other things, so it is rehearsed anew';
    return compare('Passage itself', 'another version', 'this version', { about, matters: true, because });
  }
  const because = 'a cutover is of exactly the plan that was rehearsed';
  if (before === null) {
    const [then, now] = [was.plan.configurationDigest.slice(0, 12), is.plan.configurationDigest.slice(0, 12)];
    return compare('configuration', then, now, { about, matters: true, because });
  }
  const [then, now] = [leaves(before), leaves(after)];
  return [...new Set([...then.keys(), ...now.keys()])]
    .sort()
    .flatMap((path) => compare(path, then.get(path), now.get(path), { about, matters: true, because }));
}

/** A list of words by its words; of anything larger how many, and a digest by which another list differs. */
const listed = (values: readonly unknown[]): string =>
  values.every((each) => typeof each !== 'object')
    ? values.join(', ')
    : `${values.length} entries (${digestOf(values).slice(0, 8)})`;

/** Every value of a configuration by its path, as in `source.ecs.cluster`; lists as a whole. */
function leaves(value: unknown, path = ''): Map<string, string> {
  if (Array.isArray(value)) return new Map([[path, listed(value)]]);
  if (value === null || typeof value !== 'object') {
    return new Map([[path, typeof value === 'string' ? value : canonical(value)]]);
  }
  return new Map(
    Object.entries(value).flatMap(([name, inner]) =>
      inner === undefined ? [] : [...leaves(inner, path === '' ? name : `${path}.${name}`)],
    ),
  );
}
