import * as eks from 'aws-cdk-lib/aws-eks';
import { Construct } from 'constructs';
import type { LambdaTask } from './lambda-task.ts';

/** Lets a task into a cluster as a member of its Kubernetes group; what the group may do is in lib/kubernetes/rbac.json. */
export class ClusterAccess extends Construct {
  constructor(scope: Construct, id: string, clusterName: string, task: LambdaTask) {
    super(scope, id);
    if (!task.kubernetes) throw new Error(`${task.node.path} has no business in a Kubernetes cluster.`);
    new eks.CfnAccessEntry(this, 'Resource', {
      clusterName,
      principalArn: task.role.roleArn,
      kubernetesGroups: [task.kubernetes],
    });
  }
}
