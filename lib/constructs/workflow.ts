import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { loadDefinition } from '../workflow/definition.ts';
import { type MachineName, machineNames } from '../workflow/registry.ts';
import { acknowledgeAnyResource, allow } from './allow.ts';
import { passageLogs } from './logs.ts';
import { executionArns, stateMachineArn, stateMachineName } from './machine-arns.ts';
import type { TaskResource } from './task-resource.ts';

interface WorkflowProps {
  readonly machine: MachineName;
  readonly tasks: readonly TaskResource[];
}

/** One state machine from one definition file, allowed to run exactly what that file names. */
export class Workflow extends Construct {
  readonly stateMachine: sfn.StateMachine;

  constructor(scope: Construct, id: string, { machine, tasks }: WorkflowProps) {
    super(scope, id);
    const definition = loadDefinition(machine);
    const owners = [...tasks, ...machineNames.map((name) => childMachine(this, name))];
    const owned = definition.placeholders.map((placeholder) => {
      const owner = owners.find(({ substitutions }) => placeholder in substitutions);
      if (!owner) {
        throw new Error(`No task or machine owns the placeholder \${${placeholder}} in the definition of ${machine}.`);
      }
      return { owner, placeholder, value: owner.substitutions[placeholder]! };
    });
    const role = new iam.Role(this, 'Role', {
      assumedBy: new iam.ServicePrincipal('states.amazonaws.com'),
      description: `Passage: the state machine ${machine}`,
    });
    for (const owner of new Set(owned.map((each) => each.owner))) allow(role, owner.statementsToRun());
    // Delivery of logs and traces, which CDK allows.
    acknowledgeAnyResource(role);

    this.stateMachine = new sfn.StateMachine(this, 'Resource', {
      stateMachineName: stateMachineName(machine),
      stateMachineType: sfn.StateMachineType.STANDARD,
      definitionBody: sfn.DefinitionBody.fromString(definition.text),
      definitionSubstitutions: Object.fromEntries(owned.map(({ placeholder, value }) => [placeholder, value])),
      role,
      tracingEnabled: true,
      logs: {
        // AWS lets log groups of this prefix share one resource policy, which is limited in size.
        destination: passageLogs(this, 'Logs', `/aws/vendedlogs/states/${stateMachineName(machine)}`),
        level: sfn.LogLevel.ALL,
        // Inputs and outputs hold callback tokens.
        includeExecutionData: false,
      },
    });
  }
}

/** A machine that another may start and wait for. */
const childMachine = (scope: Construct, machine: MachineName): TaskResource => ({
  substitutions: { [`${machine}StateMachineArn`]: stateMachineArn(scope, machine) },
  statementsToRun: () => [
    new iam.PolicyStatement({ actions: ['states:StartExecution'], resources: [stateMachineArn(scope, machine)] }),
    new iam.PolicyStatement({
      actions: ['states:DescribeExecution', 'states:StopExecution'],
      resources: [executionArns(scope, machine)],
    }),
    // `.sync` is told of the child's end by a rule that Step Functions keeps under this name.
    new iam.PolicyStatement({
      actions: ['events:PutTargets', 'events:PutRule', 'events:DescribeRule'],
      resources: [
        Stack.of(scope).formatArn({
          service: 'events',
          resource: 'rule',
          resourceName: 'StepFunctionsGetEventsForStepFunctionsExecutionRule',
        }),
      ],
    }),
  ],
});
