import type { Deployed } from '../ecs/ecs.ts';
import type { TaskStateChange } from '../ecs/task-state-change.ts';
import type { StatusChange } from '../engine/engine.ts';
import type { BusEvent } from '../events/bus.ts';
import type { ObjectCreated } from '../s3/s3.ts';
import type { ParameterChange } from '../ssm/ssm.ts';
import { ACCOUNT } from './account.ts';

/** What the services tell EventBridge, each in its own words. */

export const executionStatusChange = (change: StatusChange): BusEvent => ({
  source: 'aws.states',
  'detail-type': 'Step Functions Execution Status Change',
  resources: [change.executionArn],
  detail: { ...change },
});

export const objectCreated = ({ bucket, key, size, etag, versionId, reason }: ObjectCreated): BusEvent => ({
  source: 'aws.s3',
  'detail-type': 'Object Created',
  resources: [`arn:aws:s3:::${bucket}`],
  detail: {
    version: '0',
    bucket: { name: bucket },
    object: { key, size, etag, ...(versionId !== undefined && { 'version-id': versionId }) },
    requester: ACCOUNT.accountId,
    reason,
  },
});

export const ecsTask = ({ source, 'detail-type': detailType, resources, detail, time }: TaskStateChange): BusEvent => ({
  source,
  'detail-type': detailType,
  resources,
  detail,
  time,
});

export const ecsDeployment = ({ serviceArn, deploymentId }: Deployed): BusEvent => ({
  source: 'aws.ecs',
  'detail-type': 'ECS Deployment State Change',
  resources: [serviceArn],
  detail: {
    eventType: 'INFO',
    eventName: 'SERVICE_DEPLOYMENT_COMPLETED',
    deploymentId,
    reason: `ECS deployment deploymentId ${deploymentId} completed.`,
  },
});

export const parameterChange = (change: ParameterChange): BusEvent => ({
  source: 'aws.ssm',
  'detail-type': 'Parameter Store Change',
  resources: [`arn:aws:ssm:${ACCOUNT.region}:${ACCOUNT.accountId}:parameter${change.name}`],
  detail: { ...change },
});
