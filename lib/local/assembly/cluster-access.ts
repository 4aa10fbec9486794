import { z } from 'zod';
import { select } from './select.ts';
import type { Resource } from './template.ts';

/** Who an IAM principal is inside an EKS cluster. */
export interface AccessEntry {
  readonly clusterName: string;
  readonly principalArn: string;
  readonly groups: readonly string[];
  readonly username: string | undefined;
}

/** Which role the pods of a service account get keys of. */
export interface PodIdentity {
  readonly clusterName: string;
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly roleArn: string;
}

export function readAccessEntries(resources: readonly Resource[]): readonly AccessEntry[] {
  const schema = z.object({
    ClusterName: z.string(),
    PrincipalArn: z.string(),
    KubernetesGroups: z.array(z.string()).default([]),
    Username: z.string().optional(),
  });
  return select(resources, 'AWS::EKS::AccessEntry', schema).map(({ properties }) => ({
    clusterName: properties.ClusterName,
    principalArn: properties.PrincipalArn,
    groups: properties.KubernetesGroups,
    username: properties.Username,
  }));
}

export function readPodIdentities(resources: readonly Resource[]): readonly PodIdentity[] {
  const schema = z.object({
    ClusterName: z.string(),
    Namespace: z.string(),
    ServiceAccount: z.string(),
    RoleArn: z.string(),
  });
  return select(resources, 'AWS::EKS::PodIdentityAssociation', schema).map(({ properties }) => ({
    clusterName: properties.ClusterName,
    namespace: properties.Namespace,
    serviceAccount: properties.ServiceAccount,
    roleArn: properties.RoleArn,
  }));
}
