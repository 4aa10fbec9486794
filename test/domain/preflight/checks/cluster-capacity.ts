import { type Cases, capacity, deployment, node, withTarget } from '../world.ts';

/** As large as one pod asks for. */
const exact = node({ allocatable: { cpuMillis: 2000, memoryMiB: 4096 } });
type Nodes = ReturnType<typeof node>[];
const small = node({ allocatable: { cpuMillis: 1930, memoryMiB: 1400 } });
const on = (nodes: Nodes, more: Parameters<typeof capacity>[0] = {}) =>
  withTarget({ capacity: capacity({ nodes, ...more }), deployments: [deployment()] });

export const cases: Cases = {
  'room enough': {
    given: {},
    severity: 'PASS',
    says: /2 nodes of amd64 with 7.8 vCPU and 28.9 GiB, of which deployments ask for 0.5 vCPU and 0.5 GiB; the application asks for 6 vCPU and 12 GiB, the restore before it for 2 GiB/,
  },
  'not looked at': { given: withTarget({ capacity: null }), severity: 'INFO', says: /what room/ },
  'what others take is not known': {
    given: on([node()], { requested: null }),
    severity: 'INFO',
    says: /what other pods take/,
  },
  'no node is large enough for the restore': {
    given: withTarget({ capacity: capacity({ nodes: [small, small] }), deployments: [] }),
    severity: 'BLOCKER',
    says: /Passage's restore \(2 GiB\): 2 nodes of amd64 with 3.9 vCPU and 2.7 GiB.*wait for ever/,
  },
  'nodes of ARM are no room': {
    given: on([node({ architecture: 'arm64' })]),
    severity: 'BLOCKER',
    says: /0 nodes of amd64/,
  },
  'no node is large enough for a pod of the application': {
    given: on([node({ allocatable: { cpuMillis: 1930, memoryMiB: 7200 } })]),
    severity: 'BLOCKER',
    says: /for retool \(2 vCPU and 4 GiB\)/,
  },
  'a larger node may be added': {
    given: on([small], { addsNodes: 'cluster-autoscaler' }),
    severity: 'INFO',
    says: /cluster-autoscaler may add one/,
  },
  'a Fargate profile makes a node for a pod': {
    given: on([{ ...small, madeBy: 'fargate' }]),
    severity: 'INFO',
    says: /a Fargate profile/,
  },
  'a node that would do is shut': {
    given: on([small, node({ open: false })]),
    severity: 'WARNING',
    says: /tainted/,
  },
  'all nodes together are too small': {
    given: on([node()], { requested: { cpuMillis: 3000, memoryMiB: 512 } }),
    severity: 'WARNING',
    says: /ask for 3 vCPU.*Add nodes/,
  },
  'too small, and nodes may be added': {
    given: on([node()], { addsNodes: 'Karpenter', requested: { cpuMillis: 3000, memoryMiB: 512 } }),
    severity: 'INFO',
    says: /Karpenter may add nodes/,
  },
  'pods that run already ask for no more': {
    given: withTarget({
      capacity: capacity({ nodes: [node()], requested: { cpuMillis: 3500, memoryMiB: 4096 } }),
      deployments: [deployment({ replicas: 1 })],
    }),
    severity: 'PASS',
    says: /the application asks for no more/,
  },
  'nodes that are just large enough': {
    given: on([exact, exact], { requested: { cpuMillis: 0, memoryMiB: 0 } }),
    severity: 'PASS',
    says: /deployments ask for nothing; the application asks for 4 vCPU and 8 GiB/,
  },
  'a deployment that asks for nothing': {
    given: withTarget({
      capacity: capacity({ nodes: [exact] }),
      deployments: [deployment({ requests: { cpuMillis: null, memoryMiB: null } })],
    }),
    severity: 'PASS',
    says: /the application asks for 0 GiB/,
  },
  'a shut node that would do for one of two': {
    given: on([small, node({ open: false, allocatable: { cpuMillis: 1930, memoryMiB: 3000 } })]),
    severity: 'BLOCKER',
    says: /Passage's restore .* retool/,
  },
};
