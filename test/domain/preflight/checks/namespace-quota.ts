import type { Quota } from '../../../../lib/workflow/documents/findings.ts';
import { type Cases, deployment, service, withSource, withTarget } from '../world.ts';

const none = { cpuMillis: null, memoryMiB: null };
/** Two pods are to start, which ask for 2 vCPU and 4 GiB and may take twice as much. */
const under = (
  left: Partial<Quota['left']>,
  more: Partial<Quota> = {},
  pod: Parameters<typeof deployment>[0] = {},
) => ({
  ...withSource({ services: [service({ desiredCount: 2 })] }),
  ...withTarget({
    quotas: [{ name: 'team', scoped: false, left: { pods: null, requests: none, limits: none, ...left }, ...more }],
    deployments: [deployment(pod)],
  }),
});

export const cases: Cases = {
  'the namespace has none': { given: {}, severity: 'PASS', says: /has none/ },
  'not looked at': { given: withTarget({ quotas: null }), severity: 'INFO', says: /describe quota -n retool/ },
  'just enough': {
    given: under({
      pods: 2,
      requests: { cpuMillis: 4000, memoryMiB: 8192 },
      limits: { cpuMillis: 8000, memoryMiB: 16_384 },
    }),
    severity: 'PASS',
    says: /team: enough for 2 more pods/,
  },
  'too few pods': {
    given: under({ pods: 1 }),
    severity: 'BLOCKER',
    says: /^team: of pods 1 left, 2 needed\./,
  },
  'too little processor': {
    given: under({ requests: { ...none, cpuMillis: 3999 } }),
    severity: 'BLOCKER',
    says: /3999 left, 4000 needed/,
  },
  'too little memory': {
    given: under({ requests: { ...none, memoryMiB: 8191 } }),
    severity: 'BLOCKER',
    says: /8191 left, 8192 needed/,
  },
  'too low a limit of processors': {
    given: under({ limits: { ...none, cpuMillis: 7999 } }),
    severity: 'BLOCKER',
    says: /in limits 7999 left, 8000 needed/,
  },
  'too low a limit of memory': {
    given: under({ limits: { ...none, memoryMiB: 16_383 } }),
    severity: 'BLOCKER',
    says: /in limits 16383 left, 16384 needed/,
  },
  'pods that run already count in it': { given: under({ pods: 0 }, {}, { replicas: 2 }), severity: 'PASS' },
  'a pod that states nothing': {
    given: under({ limits: { ...none, memoryMiB: 100_000 } }, {}, { limits: none }),
    severity: 'WARNING',
    says: /^retool states none of the MiB in limits that team counts: unless a LimitRange/,
  },
  'one with scopes': { given: under({ pods: 1 }, { scoped: true }), severity: 'INFO', says: /team, which has scopes/ },
};
