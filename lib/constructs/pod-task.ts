import * as eks from 'aws-cdk-lib/aws-eks';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { NAMESPACE, RESTORE_SERVICE_ACCOUNT } from '../kubernetes/rbac.ts';
import { tasks, type WorkerName } from '../workflow/registry.ts';
import { allow } from './allow.ts';
import { type Bindings, statementsOf } from './binding.ts';

interface PodTaskProps {
  readonly task: WorkerName;
  /** Names of the EKS clusters in which its pods may run. */
  readonly clusters: readonly string[];
  readonly bindings: Bindings;
}

/** The identity of a registered worker that runs as a pod; another task creates its Job. */
export class PodTask extends Construct {
  readonly role: iam.Role;

  constructor(scope: Construct, id: string, { task, clusters, bindings }: PodTaskProps) {
    super(scope, id);
    this.role = new iam.Role(this, 'Role', {
      assumedBy: new iam.SessionTagsPrincipal(new iam.ServicePrincipal('pods.eks.amazonaws.com')),
      description: `Passage: ${task}`,
    });
    allow(this.role, statementsOf(tasks[task].uses, bindings));
    for (const clusterName of clusters) {
      new eks.CfnPodIdentityAssociation(this, `In-${clusterName}`, {
        clusterName,
        namespace: NAMESPACE,
        serviceAccount: RESTORE_SERVICE_ACCOUNT,
        roleArn: this.role.roleArn,
      });
    }
  }
}
