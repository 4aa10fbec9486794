import { Validations } from 'aws-cdk-lib';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { folderOf, tasks, type WorkerName } from '../workflow/registry.ts';
import { acknowledgeAnyResource, allow } from './allow.ts';
import { type Bindings, environmentOf, statementsOf } from './binding.ts';
import { passageLogs } from './logs.ts';
import type { TaskNetwork } from './task-network.ts';
import type { TaskResource } from './task-resource.ts';
import type { WorkerImage } from './worker-image.ts';

interface FargateTaskProps {
  readonly task: WorkerName;
  /** Role of the copier: the container's only argument. */
  readonly command: string;
  readonly image: WorkerImage;
  readonly cluster: ecs.ICluster;
  readonly bindings: Bindings;
  readonly network: TaskNetwork;
}

/** A registered worker as a Fargate task; it answers the callback of the machine that runs it. */
export class FargateTask extends Construct implements TaskResource {
  readonly definition: ecs.FargateTaskDefinition;
  readonly substitutions: Readonly<Record<string, string>>;
  private readonly cluster: ecs.ICluster;

  constructor(scope: Construct, id: string, { task, command, image, cluster, bindings, network }: FargateTaskProps) {
    super(scope, id);
    const { uses, memoryMegabytes, vcpu } = tasks[task];
    this.cluster = cluster;
    const taskRole = new iam.Role(this, 'Role', {
      assumedBy: new iam.ServicePrincipal('ecs-tasks.amazonaws.com'),
      description: `Passage: ${task}`,
    });
    allow(taskRole, statementsOf(uses, bindings));

    this.definition = new ecs.FargateTaskDefinition(this, 'Definition', {
      family: `passage-${folderOf(task)}`,
      cpu: vcpu * 1024,
      memoryLimitMiB: memoryMegabytes,
      taskRole,
      runtimePlatform: {
        cpuArchitecture: ecs.CpuArchitecture.X86_64,
        operatingSystemFamily: ecs.OperatingSystemFamily.LINUX,
      },
    });
    this.definition.addContainer('worker', {
      image: ecs.ContainerImage.fromDockerImageAsset(image.asset),
      command: [command],
      environment: environmentOf(uses, bindings),
      logging: ecs.LogDrivers.awsLogs({
        streamPrefix: 'worker',
        logGroup: passageLogs(this, 'Logs', `/aws/ecs/passage-${folderOf(task)}`),
      }),
    });
    // ecr:GetAuthorizationToken.
    acknowledgeAnyResource(this.definition.obtainExecutionRole() as iam.Role);
    Validations.of(this.definition).acknowledge({
      id: 'AwsSolutions-ECS2',
      reason: 'The variables name a bucket; whatever is secret is read from Secrets Manager at run time.',
    });
    this.substitutions = {
      [`${task}ClusterArn`]: cluster.clusterArn,
      [`${task}TaskDefinitionArn`]: this.definition.taskDefinitionArn,
      [`${task}SubnetIds`]: network.subnetIds.join(','),
      [`${task}SecurityGroupIds`]: network.securityGroup.securityGroupId,
    };
  }

  statementsToRun(): iam.PolicyStatement[] {
    return [
      new iam.PolicyStatement({
        actions: ['ecs:RunTask'],
        resources: [this.definition.taskDefinitionArn],
        conditions: { ArnEquals: { 'ecs:cluster': this.cluster.clusterArn } },
      }),
      new iam.PolicyStatement({
        actions: ['iam:PassRole'],
        resources: [this.definition.taskRole.roleArn, this.definition.obtainExecutionRole().roleArn],
        conditions: { StringEquals: { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' } },
      }),
    ];
  }
}
