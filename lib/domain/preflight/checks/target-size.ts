import { several } from '../../quantities.ts';
import { type Check, pass, unlearned, warning } from '../check.ts';

export const check: Check = {
  id: 'target-size',
  title: "The target's pods have at least the processor and memory of the source's tasks",
  about: 'cutover',
  needsTarget: true,
  look({ source, target }) {
    const small: string[] = [];
    const unknown: string[] = [];
    for (const { service, roles, size } of source.services) {
      const deployment = target.deployments.find(({ role }) => roles.includes(role));
      if (!deployment) continue;
      const { name, requests, limits } = deployment;
      const memory = limits.memoryMiB ?? requests.memoryMiB;
      const processor = limits.cpuMillis ?? requests.cpuMillis;
      if (memory === null || size.memoryMiB === null) unknown.push(name);
      else if (memory < size.memoryMiB) small.push(`${name} has ${memory} MiB, ${service} ${size.memoryMiB} MiB`);
      if (processor !== null && size.cpuMillis !== null && processor < size.cpuMillis) {
        small.push(`${name} has ${processor / 1000} vCPU, ${service} ${size.cpuMillis / 1000}`);
      }
    }
    if (small.length > 0) {
      return warning(`${several(small)}.`, "Raise the chart's resources to those of the source's task definitions.");
    }
    if (unknown.length > 0) {
      return unlearned(
        `the memory of ${several(unknown)}, which states neither a request nor a limit.`,
        "Give the chart's resources the values of the source's task definitions.",
      );
    }
    return pass('No deployment has less than its service.');
  },
};
