import { Arn, ArnFormat, Stack } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import { SfnStateMachine } from 'aws-cdk-lib/aws-events-targets';
import { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import type { DeployedMigration } from '../workflow/configuration.ts';
import type { JourneyInput } from '../workflow/registry.ts';
import { stateMachineArn } from './machine-arns.ts';
import { parameterName } from './migration-parameter.ts';

/**
 * What starts a migration's journey without a person: its schedule, and whatever changes plan or world. Each sends its
 * report's text to the approvers. A run that finds the migration held by another one ends with LeaseHeld; the other has
 * looked, or will look again before it freezes anything.
 */
export class MigrationTriggers extends Construct {
  readonly #machine;
  readonly #migration;

  constructor(scope: Construct, id: string, migration: DeployedMigration) {
    super(scope, id);
    this.#migration = migration.name;
    this.#machine = StateMachine.fromStateMachineArn(this, 'Journey', stateMachineArn(this, 'RetoolEcsToEks'));
    const { preflight, rehearsal } = migration.schedule ?? {};
    if (preflight) this.#every('Preflight', preflight, 'preflight');
    if (rehearsal) this.#every('Rehearsal', rehearsal, 'rehearsal');

    new events.Rule(this, 'PlanChanged', {
      description: `The configuration of ${migration.name} was deployed anew: is it still good?`,
      eventPattern: {
        source: ['aws.ssm'],
        detailType: ['Parameter Store Change'],
        // Not "Create": whoever deploys a migration for the first time starts its first run.
        detail: { name: [parameterName(migration.name)], operation: ['Update'] },
      },
      targets: [this.#start('preflight', 'Its configuration was changed.')],
    });
    const cluster = migration.source.ecs?.cluster.split('/').at(-1);
    if (cluster === undefined) return;
    new events.Rule(this, 'SourceDeployed', {
      description: `A service of ${cluster} was deployed anew: does ${migration.name} still fit?`,
      eventPattern: {
        source: ['aws.ecs'],
        detailType: ['ECS Deployment State Change'],
        resources: events.Match.prefix(
          Arn.format(
            {
              service: 'ecs',
              resource: 'service',
              resourceName: `${cluster}/`,
              arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
            },
            Stack.of(this),
          ),
        ),
        detail: { eventName: ['SERVICE_DEPLOYMENT_COMPLETED'] },
      },
      targets: [this.#start('preflight', `A service of ECS cluster ${cluster} was deployed.`)],
    });
  }

  #every(id: string, expression: string, mode: JourneyInput['mode']): void {
    new events.Rule(this, id, {
      description: `Schedule of ${this.#migration}: ${mode}.`,
      schedule: events.Schedule.expression(expression),
      targets: [this.#start(mode, `Its schedule, ${expression}.`)],
    });
  }

  #start(mode: JourneyInput['mode'], reason: string): SfnStateMachine {
    const input: JourneyInput = { migration: this.#migration, mode, reason, mail: true };
    return new SfnStateMachine(this.#machine, { input: events.RuleTargetInput.fromObject(input) });
  }
}
