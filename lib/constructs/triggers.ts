import { Duration } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { machineNames, machines } from '../workflow/registry.ts';
import { stateMachineArn } from './machine-arns.ts';

interface TriggersProps {
  readonly evidence: s3.IBucket;
  readonly reconcileRuns: lambda.IFunction;
  readonly decideApproval: lambda.IFunction;
  readonly recordRequester: lambda.IFunction;
}

/**
 * What wakes tasks outside of a state machine. Events make it quick, the minute makes it sure: a lost event or a
 * failed function is made up for by the next minute.
 */
export class Triggers extends Construct {
  constructor(
    scope: Construct,
    id: string,
    { evidence, reconcileRuns, decideApproval, recordRequester }: TriggersProps,
  ) {
    super(scope, id);
    const journeys = machineNames.filter((name) => machines[name].journey).map((name) => stateMachineArn(this, name));

    new events.Rule(this, 'RunEndedBadly', {
      description: 'A journey or an unwinding ended otherwise than by success: put back what it left.',
      eventPattern: {
        source: ['aws.states'],
        detailType: ['Step Functions Execution Status Change'],
        detail: {
          status: ['FAILED', 'TIMED_OUT', 'ABORTED'],
          stateMachineArn: [...journeys, stateMachineArn(this, 'Unwind')],
        },
      },
      targets: [new LambdaFunction(reconcileRuns)],
    });
    new events.Rule(this, 'VoteOrOutcomeWritten', {
      description: 'A vote may decide; an outcome is to be delivered.',
      eventPattern: {
        source: ['aws.s3'],
        detailType: ['Object Created'],
        detail: {
          bucket: { name: [evidence.bucketName] },
          object: { key: [{ wildcard: 'approvals/*/votes/*' }, { wildcard: 'approvals/*/outcome.json' }] },
        },
      },
      targets: [new LambdaFunction(decideApproval)],
    });
    // Needs a trail of management events in the account.
    new events.Rule(this, 'RunStarted', {
      description: 'Who started a journey, as CloudTrail saw it: the requester never approves.',
      eventPattern: {
        source: ['aws.states'],
        detailType: ['AWS API Call via CloudTrail'],
        detail: {
          eventSource: ['states.amazonaws.com'],
          eventName: ['StartExecution'],
          requestParameters: { stateMachineArn: journeys },
        },
      },
      targets: [new LambdaFunction(recordRequester)],
    });
    new events.Rule(this, 'EveryMinute', {
      description: 'Unwinds runs that ended unseen, and decides approvals that are due.',
      schedule: events.Schedule.rate(Duration.minutes(1)),
      targets: [
        new LambdaFunction(reconcileRuns, { event: events.RuleTargetInput.fromObject({}) }),
        new LambdaFunction(decideApproval, { event: events.RuleTargetInput.fromObject({ every: 'minute' }) }),
      ],
    });
  }
}
