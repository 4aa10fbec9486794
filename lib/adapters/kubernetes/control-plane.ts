import { DescribeClusterCommand, type EKSClient, paginateListAddons } from '@aws-sdk/client-eks';
import { isDenied, refused } from '../refused.ts';

/** What EKS says of a cluster, which its own API does not. */
export interface ControlPlane {
  /** Nodes, load balancers and the Pod Identity Agent are then EKS's own affair. */
  readonly autoMode: boolean;
  /** Names of the add-ons that EKS keeps, as in `eks-pod-identity-agent`; null where Passage may not list them. */
  readonly managedAddOns: readonly string[] | null;
}

export async function controlPlane(eks: EKSClient, clusterName: string): Promise<ControlPlane> {
  const addOns = async (): Promise<string[] | null> => {
    const names: string[] = [];
    try {
      for await (const { addons = [] } of paginateListAddons({ client: eks }, { clusterName })) names.push(...addons);
    } catch (error) {
      if (isDenied(error)) return null;
      throw error;
    }
    return names;
  };
  try {
    const [{ cluster }, managedAddOns] = await Promise.all([
      eks.send(new DescribeClusterCommand({ name: clusterName })),
      addOns(),
    ]);
    return { autoMode: cluster?.computeConfig?.enabled ?? false, managedAddOns };
  } catch (error) {
    throw refused(`describe EKS cluster "${clusterName}" and its add-ons`, error);
  }
}
