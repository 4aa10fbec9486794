import { type ClusterNode, type Sizing, WORKER_ARCHITECTURE } from '../../../workflow/documents/capacity.ts';
import { RestoreDatabase } from '../../../workflow/tasks/copy.ts';
import { several } from '../../quantities.ts';
import { targetReplicas } from '../../target-replicas.ts';
import { blocker, type Check, info, pass, unlearned, warning } from '../check.ts';

interface Pod {
  readonly name: string;
  readonly cpuMillis: number;
  readonly memoryMiB: number;
}

/** What a pod asks for must be free on one node; DaemonSets and other pods that no deployment keeps are not counted. */
export const check: Check = {
  id: 'cluster-capacity',
  title: "The target's nodes have room for the restore and for the application",
  about: 'application',
  needsTarget: true,
  look({ source, target: { capacity, deployments } }) {
    if (!capacity) {
      return unlearned(
        "what room the target's nodes have.",
        'kubectl describe nodes: look for 2 GiB of memory for the restore, and for the requests of the chart.',
      );
    }
    // The restore is over before the application starts.
    const restore: Pod = { name: "Passage's restore", cpuMillis: 0, memoryMiB: RestoreDatabase.memoryMegabytes };
    const starting = deployments
      .filter(({ replicas }) => replicas === 0)
      .map((deployment) => ({
        ...asks(deployment.name, deployment.requests),
        count: targetReplicas(source, deployment),
      }));
    const nodes = capacity.nodes.filter((node) => node.os === 'linux' && node.architecture === WORKER_ARCHITECTURE);
    const open = nodes.filter((node) => node.open);
    const adds = capacity.addsNodes ?? (nodes.some(({ madeBy }) => madeBy === 'fargate') ? 'a Fargate profile' : null);
    const room = total(open.map(({ allocatable }) => asks('', allocatable)));
    const has = `${open.length} ${open.length === 1 ? 'node' : 'nodes'} of amd64 with ${words(room)}`;

    const homeless = [restore, ...starting].filter((pod) => !open.some((node) => holds(node, pod)));
    if (homeless.length > 0) {
      const saw = `No node that is open to every pod is large enough for ${several(homeless.map((pod) => `${pod.name} (${words(pod)})`))}: ${has}.`;
      if (adds) return info(saw, `${adds} may add one that is: look at its limits.`);
      return nodes.some((node) => !node.open && homeless.every((pod) => holds(node, pod)))
        ? warning(
            saw,
            'A node that is cordoned, not ready or tainted would be: open it, or make sure that the pods tolerate it.',
          )
        : blocker(saw, 'Add a larger node: these pods would wait for ever.');
    }
    const needed = total(starting.flatMap((pod) => Array<Pod>(pod.count).fill(pod)));
    const wanted = `the application asks for ${starting.length > 0 ? words(needed) : 'no more'}, the restore before it for ${words(restore)}`;
    if (!capacity.requested) {
      return unlearned(
        `what other pods take of ${has}; ${wanted}.`,
        'kubectl describe nodes: compare Allocated resources.',
      );
    }
    const taken = asks('', capacity.requested);
    const saw = `${has}, of which deployments ask for ${taken.memoryMiB + taken.cpuMillis > 0 ? words(taken) : 'nothing'}; ${wanted}.`;
    const lacking = (pods: Pod) =>
      room.cpuMillis < taken.cpuMillis + pods.cpuMillis || room.memoryMiB < taken.memoryMiB + pods.memoryMiB;
    if (lacking(needed) || lacking(restore)) {
      return adds
        ? info(saw, `${adds} may add nodes: look at its limits.`)
        : warning(saw, 'Add nodes, or lower the requests: pods that do not fit wait, in the freeze.');
    }
    return pass(saw);
  },
};

/** What is not stated is not asked for; of a node, not there. */
const asks = (name: string, { cpuMillis, memoryMiB }: Sizing): Pod => ({
  name,
  cpuMillis: cpuMillis ?? 0,
  memoryMiB: memoryMiB ?? 0,
});

const holds = ({ allocatable }: ClusterNode, { cpuMillis, memoryMiB }: Pod): boolean =>
  cpuMillis <= (allocatable.cpuMillis ?? 0) && memoryMiB <= (allocatable.memoryMiB ?? 0);

function total(pods: readonly Pod[]): Pod {
  const sum = { name: '', cpuMillis: 0, memoryMiB: 0 };
  for (const pod of pods) {
    sum.cpuMillis += pod.cpuMillis;
    sum.memoryMiB += pod.memoryMiB;
  }
  return sum;
}

/** `3.5 vCPU and 12 GiB` */
function words({ cpuMillis, memoryMiB }: Pod): string {
  const memory = `${Number((memoryMiB / 1024).toFixed(1))} GiB`;
  return cpuMillis === 0 ? memory : `${Number((cpuMillis / 1000).toFixed(1))} vCPU and ${memory}`;
}
