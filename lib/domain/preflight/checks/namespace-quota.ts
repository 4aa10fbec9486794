import type { Sizing } from '../../../workflow/documents/capacity.ts';
import type { Quota } from '../../../workflow/documents/findings.ts';
import { several } from '../../quantities.ts';
import { targetReplicas } from '../../target-replicas.ts';
import { blocker, type Check, info, type Learned, pass, unlearned, warning } from '../check.ts';

/** A pod beyond a quota is not made at all, and nothing says so but an event of its ReplicaSet. */
export const check: Check = {
  id: 'namespace-quota',
  title: "Quotas of the namespace let all the application's pods start",
  about: 'cutover',
  needsTarget: true,
  look({ source, target }) {
    const { quotas, namespace } = target;
    if (!quotas) {
      return unlearned(
        'whether a ResourceQuota limits the namespace.',
        `kubectl describe quota -n ${namespace}; or apply Passage's RBAC file of this version.`,
      );
    }
    const starting = startingOf({ source, target });
    const whole = quotas.filter(({ scoped }) => !scoped);
    const short = whole.flatMap((quota) => lacking(quota, starting));
    if (short.length > 0) {
      return blocker(`${several(short)}.`, 'Raise the quota, or lower the requests and limits of the chart.');
    }
    const unstated = whole.flatMap((quota) => unstatedUnder(quota, starting));
    if (unstated.length > 0) {
      return warning(
        `${several([...new Set(unstated)])}: unless a LimitRange gives a default, such a pod is refused.`,
        "State it in the chart's resources.",
      );
    }
    const scoped = quotas.filter((quota) => quota.scoped).map(({ name }) => name);
    if (scoped.length > 0) {
      return info(
        `Not looked at: whether pods of the application fall under ${several(scoped)}, which has scopes.`,
        `Look at it: kubectl describe quota -n ${namespace}.`,
      );
    }
    if (quotas.length === 0) return pass('The namespace has none.');
    return pass(`${several(quotas.map(({ name }) => name))}: enough for ${total(starting, () => 1)} more pods.`);
  },
};

interface Starting {
  readonly name: string;
  readonly count: number;
  readonly requests: Sizing;
  readonly limits: Sizing;
}

const startingOf = ({ source, target }: Pick<Learned, 'source' | 'target'>): Starting[] =>
  target.deployments
    .filter(({ replicas }) => replicas === 0)
    .map((deployment) => ({ ...deployment, count: targetReplicas(source, deployment) }));

const total = (starting: readonly Starting[], each: (one: Starting) => number | null): number =>
  starting.reduce((sum, one) => sum + one.count * (each(one) ?? 0), 0);

/** What a quota may limit, in words, and what a pod takes of it; null where it does not state it. */
const limited: readonly {
  readonly what: string;
  readonly left: (quota: Quota['left']) => number | null;
  readonly taken: (pod: Starting) => number | null;
}[] = [
  { what: 'pods', left: ({ pods }) => pods, taken: () => 1 },
  {
    what: 'thousandths of a CPU in requests',
    left: ({ requests }) => requests.cpuMillis,
    taken: ({ requests }) => requests.cpuMillis,
  },
  { what: 'MiB in requests', left: ({ requests }) => requests.memoryMiB, taken: ({ requests }) => requests.memoryMiB },
  {
    what: 'thousandths of a CPU in limits',
    left: ({ limits }) => limits.cpuMillis,
    taken: ({ limits }) => limits.cpuMillis,
  },
  { what: 'MiB in limits', left: ({ limits }) => limits.memoryMiB, taken: ({ limits }) => limits.memoryMiB },
];

function lacking({ name, left: of }: Quota, starting: readonly Starting[]): string[] {
  return limited.flatMap(({ what, left, taken }) => {
    const [has, needs] = [left(of), total(starting, taken)];
    return has !== null && has < needs ? [`${name}: of ${what} ${has} left, ${needs} needed`] : [];
  });
}

const unstatedUnder = ({ name, left: of }: Quota, starting: readonly Starting[]): string[] =>
  limited.flatMap(({ what, left, taken }) =>
    left(of) === null
      ? []
      : starting.flatMap((pod) =>
          taken(pod) === null ? [`${pod.name} states none of the ${what} that ${name} counts`] : [],
        ),
  );
