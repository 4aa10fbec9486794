import { type Check, unlearned, warning } from '../check.ts';
import { several } from '../words.ts';

/** Retool's images are built for x86-64. */
export const check: Check = {
  id: 'cluster-architecture',
  title: "The target's nodes can run the images",
  about: 'application',
  look({ target }) {
    const arm = target.deployments.filter(({ image }) => /arm64|aarch64/i.test(image)).map(({ name }) => name);
    if (arm.length > 0) {
      return warning(`Images for ARM: ${several(arm)}.`, "Use the vendor's images, on nodes of x86-64.");
    }
    return unlearned(
      "the processor architecture of the target's nodes.",
      'kubectl get nodes -L kubernetes.io/arch: Retool and its code executor need amd64.',
    );
  },
};
