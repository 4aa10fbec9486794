import { capacityOf } from '../../lib/domain/cluster-capacity.ts';
import { ClusterCapacity } from '../../lib/workflow/documents/capacity.ts';
import { node } from './preflight/world.ts';

const requested = { cpuMillis: 500, memoryMiB: 512 };
const surveyed = (more: Partial<Parameters<typeof capacityOf>[0]> = {}) =>
  capacityOf({
    autoMode: false,
    apiGroups: ['apps'],
    nodes: [node()],
    deployments: { others: [], requested },
    ...more,
  });
const running = (image: string) => ({ deployments: { others: [{ images: [image] }], requested } });

test('tells the nodes and what deployments ask for', () => {
  expect(ClusterCapacity.parse(surveyed())).toEqual({ nodes: [node()], addsNodes: null, requested });
  expect(surveyed({ deployments: null })).toMatchObject({ requested: null });
  expect(surveyed({ nodes: null })).toBeNull();
});

test.each([
  ['EKS Auto Mode', { nodes: [], autoMode: true, apiGroups: ['karpenter.sh'] }],
  ['Karpenter', { nodes: [node({ madeBy: 'karpenter' })] }],
  ['Karpenter', { nodes: [], apiGroups: ['karpenter.sh'] }],
  ['Karpenter', running('public.ecr.aws/karpenter/controller:1.6.0')],
  ['cluster-autoscaler', running('registry.k8s.io/autoscaling/cluster-autoscaler:v1.33.0')],
  [null, running('ghcr.io/stakater/reloader:v1.4.1')],
  [null, { nodes: [node({ madeBy: 'fargate' })] }],
] as const)('%s adds nodes', (adds, more) => {
  expect(surveyed(more as Parameters<typeof surveyed>[0])?.addsNodes).toBe(adds);
});
