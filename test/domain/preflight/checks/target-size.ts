import { type Cases, deployment, withTarget } from '../world.ts';

const sized = (cpuMillis: number, memoryMiB: number) =>
  withTarget({ deployments: [deployment({ limits: { cpuMillis, memoryMiB } })] });

export const cases: Cases = {
  'as large': { given: {}, severity: 'PASS', says: /No deployment has less/ },
  'less memory': {
    given: withTarget({
      deployments: [
        deployment({ limits: { cpuMillis: null, memoryMiB: 1024 }, requests: { cpuMillis: null, memoryMiB: null } }),
      ],
    }),
    severity: 'WARNING',
    says: /retool has 1024 MiB, web 2048 MiB/,
  },
  'less processor': {
    given: withTarget({
      deployments: [
        deployment({ limits: { cpuMillis: 500, memoryMiB: 8192 }, requests: { cpuMillis: null, memoryMiB: null } }),
      ],
    }),
    severity: 'WARNING',
    says: /0.5 vCPU/,
  },
  'nothing stated': {
    given: withTarget({
      deployments: [
        deployment({ limits: { cpuMillis: null, memoryMiB: null }, requests: { cpuMillis: null, memoryMiB: null } }),
      ],
    }),
    severity: 'INFO',
    says: /the memory of retool/,
  },
  'exactly as much': { given: sized(1000, 2048), severity: 'PASS' },
  'a little less processor': { given: sized(999, 2048), severity: 'WARNING', says: /0\.999 vCPU, web 1/ },
  'a little less memory': { given: sized(1000, 2047), severity: 'WARNING', says: /2047 MiB/ },
};
