import { type Cases, capacity, deployment, fine, node, service, withSource, withTarget } from '../world.ts';

const arm = node({ name: 'arm', architecture: 'arm64' });
const on = (...nodes: (typeof arm)[]) => withTarget({ capacity: capacity({ nodes }) });

export const cases: Cases = {
  amd64: { given: {}, severity: 'PASS', says: /2 nodes of amd64/ },
  'not looked at': { given: withTarget({ capacity: null }), severity: 'INFO', says: /Could not be learned.*amd64/ },
  'images for ARM': {
    given: withTarget({ deployments: [deployment({ image: 'mirror/backend:3.1.0-arm64' })] }),
    severity: 'WARNING',
    says: /ARM/,
  },
  'nodes of ARM alone': { given: on(arm), severity: 'BLOCKER', says: /All 1 nodes are arm64/ },
  'nodes of ARM, and Karpenter may add others': {
    given: withTarget({ capacity: capacity({ nodes: [arm], addsNodes: 'Karpenter' }) }),
    severity: 'WARNING',
    says: /Allow Karpenter/,
  },
  'no node of Linux': { given: on(node({ os: 'windows' })), severity: 'WARNING', says: /no node of Linux\./ },
  'no node yet': {
    given: withTarget({ capacity: capacity({ nodes: [], addsNodes: 'EKS Auto Mode' }) }),
    severity: 'WARNING',
    says: /until EKS Auto Mode adds one/,
  },
  'of both kinds, and pods go anywhere': {
    given: on(node(), arm),
    severity: 'WARNING',
    says: /1 of 2 nodes are not amd64.*retool, retool-jobs/,
  },
  'of both kinds, and a taint keeps pods off': { given: on(node(), { ...arm, open: false }), severity: 'PASS' },
  'of both kinds, and pods keep to theirs': {
    given: withTarget({
      capacity: capacity({ nodes: [node(), arm] }),
      deployments: fine.target.deployments.map((each) => ({ ...each, architectures: ['amd64'] })),
    }),
    severity: 'PASS',
    says: /1 node of amd64/,
  },
  'of both kinds, and pods accept either': {
    given: withTarget({
      capacity: capacity({ nodes: [node(), arm] }),
      deployments: fine.target.deployments.map((each) => ({ ...each, architectures: ['amd64', 'arm64'] })),
    }),
    severity: 'WARNING',
  },
  'the source runs on ARM': {
    given: withSource({ services: [service({ architecture: 'arm64' })] }),
    severity: 'INFO',
    says: /ARM64: web.*built for amd64/,
  },
};
