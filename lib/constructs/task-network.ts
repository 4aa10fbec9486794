import { Stack, Validations } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';
import type { Settings } from '../workflow/settings.ts';

/** The existing network of the databases and clusters, and the way of Passage's tasks into it. */
export class TaskNetwork extends Construct {
  readonly vpc: ec2.IVpc;
  readonly subnets: ec2.SubnetSelection;
  readonly subnetIds: readonly string[];
  readonly securityGroup: ec2.SecurityGroup;

  constructor(scope: Construct, id: string, settings: Settings) {
    super(scope, id);
    const { id: vpcId, availabilityZones, privateSubnetIds } = settings.vpc;
    this.vpc = ec2.Vpc.fromVpcAttributes(this, 'Vpc', { vpcId, availabilityZones, privateSubnetIds });
    Validations.of(this.vpc).acknowledge({
      id: 'Annotation::@aws-cdk/aws-ec2:noSubnetRouteTableId',
      reason: 'Nothing here adds a route to the existing network.',
    });
    this.subnets = { subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS };
    this.subnetIds = privateSubnetIds;
    this.securityGroup = new ec2.SecurityGroup(this, 'SecurityGroup', {
      vpc: this.vpc,
      description: 'Tasks of Passage that reach databases and clusters',
      // Outwards: the AWS APIs, the clusters, and databases whose addresses are found only at run time.
      allowAllOutbound: true,
    });
    this.mayReach('Database', settings.databaseSecurityGroupIds, settings.databasePort);
    this.mayReach('Cluster', settings.clusterSecurityGroupIds, 443);
  }

  private mayReach(what: string, groups: readonly string[], port: number): void {
    for (const groupId of groups) {
      new ec2.CfnSecurityGroupIngress(this, `${what}From${groupId}`, {
        groupId,
        ipProtocol: 'tcp',
        fromPort: port,
        toPort: port,
        sourceSecurityGroupId: this.securityGroup.securityGroupId,
        description: `${what} for the tasks of ${Stack.of(this).stackName}`,
      });
    }
  }
}
