import { type Cases, deployment, withTarget } from '../world.ts';

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
};
