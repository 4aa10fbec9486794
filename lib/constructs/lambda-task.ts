import { Duration } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { folderOf, type LambdaName, tasks } from '../workflow/registry.ts';
import type { KubernetesGroup } from '../workflow/task.ts';
import { allow } from './allow.ts';
import { type Bindings, environmentOf, statementsOf } from './binding.ts';
import { passageLogs } from './logs.ts';
import type { TaskNetwork } from './task-network.ts';
import type { TaskResource } from './task-resource.ts';

interface LambdaTaskProps {
  readonly task: LambdaName;
  readonly code: lambda.Code;
  readonly bindings: Bindings;
  readonly network: TaskNetwork;
}

/** What the registry says of a Lambda task, without the literal types that only handlers need. */
interface LambdaDefinition {
  readonly summary: string;
  readonly timeoutSeconds: number;
  readonly memoryMegabytes?: number;
  readonly network?: 'private';
  readonly kubernetes?: KubernetesGroup;
}

/** A registered task as a Lambda function, told and allowed exactly what the registry says. */
export class LambdaTask extends Construct implements TaskResource {
  readonly function: lambda.Function;
  readonly role: iam.Role;
  readonly kubernetes: KubernetesGroup | undefined;
  readonly substitutions: Readonly<Record<string, string>>;

  constructor(scope: Construct, id: string, { task, code, bindings, network }: LambdaTaskProps) {
    super(scope, id);
    const definition: LambdaDefinition = tasks[task];
    const { uses } = tasks[task];
    const functionName = `passage-${folderOf(task)}`;
    const logGroup = passageLogs(this, 'Logs', `/aws/lambda/${functionName}`);
    this.kubernetes = definition.kubernetes;
    this.role = new iam.Role(this, 'Role', {
      assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'),
      description: `Passage: ${task}`,
    });
    logGroup.grantWrite(this.role);
    allow(this.role, statementsOf(uses, bindings));
    if (definition.network) this.joinNetwork();

    this.function = new lambda.Function(this, 'Function', {
      functionName,
      description: definition.summary,
      code,
      handler: `${folderOf(task)}.handler`,
      runtime: lambda.Runtime.NODEJS_24_X,
      // Plain JavaScript runs on either; this one costs a fifth less.
      architecture: lambda.Architecture.ARM_64,
      timeout: Duration.seconds(definition.timeoutSeconds),
      // CPU grows with memory: with 512 MB the SDK loads in half a second.
      memorySize: definition.memoryMegabytes ?? 512,
      environment: { NODE_OPTIONS: '--enable-source-maps', ...environmentOf(uses, bindings) },
      role: this.role,
      logGroup,
      ...(definition.network && {
        vpc: network.vpc,
        vpcSubnets: network.subnets,
        securityGroups: [network.securityGroup],
      }),
    });
    this.substitutions = { [`${task}FunctionArn`]: this.function.functionArn };
  }

  statementsToRun(): iam.PolicyStatement[] {
    return [new iam.PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [this.function.functionArn] })];
  }

  /** Lambda plugs the function into the subnets with the function's role; the function's own code may not. */
  private joinNetwork(): void {
    const actions = [
      'ec2:CreateNetworkInterface',
      'ec2:DescribeNetworkInterfaces',
      'ec2:DescribeSubnets',
      'ec2:DeleteNetworkInterface',
      'ec2:AssignPrivateIpAddresses',
      'ec2:UnassignPrivateIpAddresses',
    ];
    // The interfaces are made by Lambda under ids of its own: AWS documents no narrower resource.
    const conditions = { Null: { 'lambda:SourceFunctionArn': 'false' } };
    allow(this.role, [
      new iam.PolicyStatement({ actions, resources: ['*'] }),
      new iam.PolicyStatement({ effect: iam.Effect.DENY, actions, resources: ['*'], conditions }),
    ]);
  }
}
