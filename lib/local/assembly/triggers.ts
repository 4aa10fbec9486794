import { z } from 'zod';
import type { PolicyDocument } from '../iam/policies.ts';
import { select } from './select.ts';
import type { Resource } from './template.ts';

export interface HttpApi {
  readonly id: string;
  /** `https://<id>.execute-api.<region>.amazonaws.com` */
  readonly endpoint: string;
  readonly routes: readonly HttpRoute[];
}

export interface HttpRoute {
  /** `GET /approvals/{id}`, or `$default`. */
  readonly routeKey: string;
  readonly functionArn: string;
}

export interface EventTarget {
  readonly id: string;
  readonly arn: string;
  readonly roleArn: string | undefined;
  /** JSON text that replaces the event. */
  readonly input: string | undefined;
  readonly inputPath: string | undefined;
  readonly inputTransformer:
    | { readonly paths: Readonly<Record<string, string>>; readonly template: string }
    | undefined;
}

export interface Rule {
  readonly name: string;
  readonly arn: string;
  readonly enabled: boolean;
  readonly pattern: Readonly<Record<string, unknown>> | undefined;
  /** `rate(1 minute)`, `cron(…)` */
  readonly schedule: string | undefined;
  readonly targets: readonly EventTarget[];
}

export interface Schedule {
  readonly name: string;
  readonly arn: string;
  readonly enabled: boolean;
  readonly expression: string;
  readonly timezone: string;
  readonly target: EventTarget;
}

/** Who may invoke a function from outside of IAM: one statement of its resource policy each. */
export interface FunctionPolicy {
  readonly functionArn: string;
  readonly policy: PolicyDocument;
}

export function readHttpApis(resources: readonly Resource[]): readonly HttpApi[] {
  const integrations = new Map(
    select(
      resources,
      'AWS::ApiGatewayV2::Integration',
      z.object({
        IntegrationType: z.literal('AWS_PROXY'),
        IntegrationUri: z.string(),
        PayloadFormatVersion: z.literal('2.0'),
      }),
    ).map(({ resource, properties }) => [resource.id, functionArn(properties.IntegrationUri)]),
  );
  const routes = select(
    resources,
    'AWS::ApiGatewayV2::Route',
    z.object({
      ApiId: z.string(),
      RouteKey: z.string(),
      Target: z.string(),
      AuthorizationType: z.literal('NONE').optional(),
    }),
  );
  return select(resources, 'AWS::ApiGatewayV2::Api', z.object({ ProtocolType: z.literal('HTTP') })).map(
    ({ resource }) => ({
      id: resource.id,
      endpoint: resource.attribute('ApiEndpoint'),
      routes: routes
        .filter(({ properties }) => properties.ApiId === resource.id)
        .map(({ properties }) => ({
          routeKey: properties.RouteKey,
          functionArn: integrations.get(properties.Target.replace('integrations/', ''))!,
        })),
    }),
  );
}

/** An integration names its function by ARN, or by the URI through which API Gateway invokes it. */
const functionArn = (uri: string): string => /\/functions\/(arn:[^/]+)\/invocations$/.exec(uri)?.[1] ?? uri;

const target = z.object({
  Id: z.string().default('target'),
  Arn: z.string(),
  RoleArn: z.string().optional(),
  Input: z.string().optional(),
  InputPath: z.string().optional(),
  InputTransformer: z
    .object({ InputPathsMap: z.record(z.string(), z.string()).default({}), InputTemplate: z.string() })
    .optional(),
});

const eventTarget = (read: z.output<typeof target>): EventTarget => ({
  id: read.Id,
  arn: read.Arn,
  roleArn: read.RoleArn,
  input: read.Input,
  inputPath: read.InputPath,
  inputTransformer: read.InputTransformer && {
    paths: read.InputTransformer.InputPathsMap,
    template: read.InputTransformer.InputTemplate,
  },
});

export function readRules(resources: readonly Resource[]): readonly Rule[] {
  const schema = z.object({
    State: z.string().default('ENABLED'),
    EventPattern: z.record(z.string(), z.unknown()).optional(),
    ScheduleExpression: z.string().optional(),
    Targets: z.array(target).default([]),
  });
  return select(resources, 'AWS::Events::Rule', schema).map(({ resource, properties }) => ({
    name: resource.name,
    arn: resource.attribute('Arn'),
    enabled: properties.State.startsWith('ENABLED'),
    pattern: properties.EventPattern,
    schedule: properties.ScheduleExpression,
    targets: properties.Targets.map(eventTarget),
  }));
}

export function readSchedules(resources: readonly Resource[]): readonly Schedule[] {
  const schema = z.object({
    State: z.string().default('ENABLED'),
    ScheduleExpression: z.string(),
    ScheduleExpressionTimezone: z.string().default('UTC'),
    Target: target,
  });
  return select(resources, 'AWS::Scheduler::Schedule', schema).map(({ resource, properties }) => ({
    name: resource.name,
    arn: resource.attribute('Arn'),
    enabled: properties.State === 'ENABLED',
    expression: properties.ScheduleExpression,
    timezone: properties.ScheduleExpressionTimezone,
    target: eventTarget(properties.Target),
  }));
}

/** Each function's permissions as the resource policy that they make up. */
export function readFunctionPolicies(resources: readonly Resource[]): readonly FunctionPolicy[] {
  const schema = z.object({
    Action: z.string(),
    FunctionName: z.string(),
    Principal: z.string(),
    SourceArn: z.string().optional(),
    SourceAccount: z.string().optional(),
  });
  const functions = new Map(
    resources
      .filter(({ type }) => type === 'AWS::Lambda::Function')
      .map((resource) => [resource.name, resource.attribute('Arn')]),
  );
  const statements = new Map<string, object[]>();
  for (const { properties } of select(resources, 'AWS::Lambda::Permission', schema)) {
    const arn = functions.get(properties.FunctionName) ?? properties.FunctionName;
    statements.set(arn, [
      ...(statements.get(arn) ?? []),
      {
        Effect: 'Allow',
        Principal: properties.Principal.endsWith('.amazonaws.com')
          ? { Service: properties.Principal }
          : { AWS: properties.Principal },
        Action: properties.Action,
        Resource: arn,
        Condition: {
          ...(properties.SourceArn && { ArnLike: { 'aws:SourceArn': properties.SourceArn } }),
          ...(properties.SourceAccount && { StringEquals: { 'aws:SourceAccount': properties.SourceAccount } }),
        },
      },
    ]);
  }
  return [...statements].map(([arn, Statement]) => ({
    functionArn: arn,
    policy: { Version: '2012-10-17', Statement },
  }));
}
