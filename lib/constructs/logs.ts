import { RemovalPolicy } from 'aws-cdk-lib';
import * as logs from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';

/**
 * A log group of Passage. Three months: a cutover's soak of days plus the quarter in which somebody asks what happened.
 * It goes with the stack, because what must outlive it is in the evidence bucket.
 */
export const passageLogs = (scope: Construct, id: string, logGroupName: string): logs.LogGroup =>
  new logs.LogGroup(scope, id, {
    logGroupName,
    retention: logs.RetentionDays.THREE_MONTHS,
    removalPolicy: RemovalPolicy.DESTROY,
  });
