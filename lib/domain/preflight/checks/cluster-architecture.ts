import { WORKER_ARCHITECTURE } from '../../../workflow/documents/capacity.ts';
import { several } from '../../quantities.ts';
import { blocker, type Check, info, pass, unlearned, warning } from '../check.ts';

/** Retool's images, and Passage's own, are built for x86-64. */
export const check: Check = {
  id: 'cluster-architecture',
  title: "The target's nodes can run the images",
  about: 'application',
  look({ source, target: { deployments, capacity } }) {
    const arm = deployments.filter(({ image }) => /arm64|aarch64/i.test(image)).map(({ name }) => name);
    if (arm.length > 0) {
      return warning(`Images for ARM: ${several(arm)}.`, "Use the vendor's images, on nodes of x86-64.");
    }
    if (!capacity) {
      return unlearned(
        "the processor architecture of the target's nodes.",
        'kubectl get nodes -L kubernetes.io/arch: Retool, its code executor and the restore need amd64.',
      );
    }
    const linux = capacity.nodes.filter(({ os }) => os === 'linux');
    const fitting = linux.filter(({ architecture }) => architecture === WORKER_ARCHITECTURE);
    const others = linux.filter(({ architecture }) => architecture !== WORKER_ARCHITECTURE);
    if (linux.length === 0) {
      return warning(
        `The cluster has no node of Linux${capacity.addsNodes ? `, until ${capacity.addsNodes} adds one` : ''}.`,
        'Make sure that pods in its namespaces get a node of amd64: start one by hand.',
      );
    }
    if (fitting.length === 0) {
      const saw = `All ${linux.length} nodes are ${[...new Set(others.map(({ architecture }) => architecture))].join(', ')}; the images of Retool and of the restore are for amd64.`;
      return capacity.addsNodes
        ? warning(
            saw,
            `Allow ${capacity.addsNodes} to add nodes of amd64 (a node pool whose kubernetes.io/arch has it).`,
          )
        : blocker(saw, 'Add a node group of amd64: no pod of the restore could start.');
    }
    const loose = deployments.filter(
      ({ architectures }) => !architectures?.every((each) => each === WORKER_ARCHITECTURE),
    );
    if (others.some(({ open }) => open) && loose.length > 0) {
      return warning(
        `${others.length} of ${linux.length} nodes are not amd64, and nothing keeps pods of ${several(loose.map(({ name }) => name))} from them.`,
        'Set nodeSelector kubernetes.io/arch: amd64 in the chart, or a taint on the other nodes. The restore keeps to amd64 by itself.',
      );
    }
    const onArm = source.services.filter(({ architecture }) => architecture === 'arm64').map(({ service }) => service);
    const count = `${fitting.length} ${fitting.length === 1 ? 'node' : 'nodes'} of amd64.`;
    if (onArm.length > 0) {
      return info(
        `${count} On the source these run on ARM64: ${several(onArm)}.`,
        "Make sure that the target's image, and what was added to it, is built for amd64.",
      );
    }
    return pass(count);
  },
};
