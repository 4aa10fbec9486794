import type { PolicyDocument } from '../iam/policies.ts';
import type { Manifest } from '../kubernetes/object-store.ts';

/** Somebody who looks around in the simulated account with tools of their own: reads what is there, and no secrets. */
export const VIEWER = 'viewer';

/** Rows of databases lie in the staging bucket, and variables of the application in task definitions. */
export const viewerPolicy = (evidenceBucket: string): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Action: ['s3:Get*', 's3:List*'],
      Resource: [`arn:aws:s3:::${evidenceBucket}`, `arn:aws:s3:::${evidenceBucket}/*`],
    },
    {
      Effect: 'Allow',
      Action: [
        'acm:Describe*',
        'acm:List*',
        'application-autoscaling:Describe*',
        'cloudwatch:Get*',
        'cloudwatch:List*',
        'ecs:DescribeClusters',
        'ecs:DescribeServices',
        'ecs:DescribeTasks',
        'ecs:List*',
        'eks:Describe*',
        'eks:List*',
        'elasticloadbalancing:Describe*',
        'rds:Describe*',
        'route53:Get*',
        'route53:List*',
        's3:ListAllMyBuckets',
        'secretsmanager:DescribeSecret',
        'secretsmanager:ListSecrets',
        'states:Describe*',
        'states:Get*',
        'states:List*',
      ],
      Resource: '*',
    },
  ],
});

/** The group of the viewer in each cluster. */
export const VIEWERS = 'viewers';

const rbac = 'rbac.authorization.k8s.io';
const metadata = { name: 'viewer' };
const read = (apiGroup: string, ...resources: readonly string[]) => ({
  apiGroups: [apiGroup],
  resources,
  verbs: ['get', 'list', 'watch'],
});

/** As EKS's AmazonEKSViewPolicy: everything but secrets; and nodes, roles and kinds of the cluster. */
export const viewerManifests: readonly Manifest[] = [
  {
    apiVersion: `${rbac}/v1`,
    kind: 'ClusterRole',
    metadata,
    rules: [
      read('', 'configmaps', 'events', 'namespaces', 'nodes', 'pods', 'pods/log', 'serviceaccounts', 'services'),
      read('apps', 'deployments', 'deployments/scale'),
      read('batch', 'jobs'),
      read('networking.k8s.io', 'ingresses'),
      read('discovery.k8s.io', 'endpointslices'),
      read('apiextensions.k8s.io', 'customresourcedefinitions'),
      read('external-secrets.io', 'externalsecrets'),
      read(rbac, '*'),
    ],
  },
  {
    apiVersion: `${rbac}/v1`,
    kind: 'ClusterRoleBinding',
    metadata,
    roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: metadata.name },
    subjects: [{ apiGroup: rbac, kind: 'Group', name: VIEWERS }],
  },
];
