import { machineNames, machines } from '../../lib/workflow/registry.ts';
import { deployed, migrationFile } from '../support/run-documents.ts';
import { Synthesized, sorted, text } from './support.ts';

const stack = new Synthesized();
const arn = (folder: string) =>
  `arn:<AWS::Partition>:states:<AWS::Region>:<AWS::AccountId>:stateMachine:passage-${folder}`;
const journeys = machineNames.filter((name) => machines[name].journey).map((name) => arn(machines[name].folder));

interface Pattern {
  readonly source: string[];
  readonly 'detail-type': string[];
  readonly detail: Record<string, unknown>;
}
const rule = (id: string) => {
  const { Properties } = stack.one('AWS::Events::Rule', `Triggers${id}`)[1];
  const targets = Properties.Targets as { Arn: unknown; Input?: string }[];
  return {
    pattern: Properties.EventPattern as Pattern,
    schedule: Properties.ScheduleExpression,
    targets: targets.map(({ Arn, Input }) => [text(Arn), Input]),
  };
};

test('a journey or an unwinding that ends badly wakes the reconciler', () => {
  const { pattern, targets } = rule('RunEndedBadly');
  expect(pattern.source).toEqual(['aws.states']);
  expect(pattern['detail-type']).toEqual(['Step Functions Execution Status Change']);
  expect(pattern.detail.status).toEqual(['FAILED', 'TIMED_OUT', 'ABORTED']);
  expect(sorted((pattern.detail.stateMachineArn as unknown[]).map(text))).toEqual(sorted([...journeys, arn('unwind')]));
  expect(targets).toEqual([['<ReconcileRunsFunction.Arn>', undefined]]);
});

test('a vote or an outcome wakes the decision', () => {
  const { pattern, targets } = rule('VoteOrOutcomeWritten');
  expect(pattern).toMatchObject({
    source: ['aws.s3'],
    'detail-type': ['Object Created'],
    detail: { object: { key: [{ wildcard: 'approvals/*/votes/*' }, { wildcard: 'approvals/*/outcome.json' }] } },
  });
  expect((pattern.detail.bucket as { name: unknown[] }).name.map(text)).toEqual(['<EvidenceBucket>']);
  expect(targets).toEqual([['<DecideApprovalFunction.Arn>', undefined]]);
});

test('CloudTrail tells who started a journey', () => {
  const { pattern, targets } = rule('RunStarted');
  expect(pattern.source).toEqual(['aws.states']);
  expect(pattern['detail-type']).toEqual(['AWS API Call via CloudTrail']);
  expect(pattern.detail.eventName).toEqual(['StartExecution']);
  const { stateMachineArn } = pattern.detail.requestParameters as { stateMachineArn: unknown[] };
  expect(stateMachineArn.map(text)).toEqual(journeys);
  expect(targets).toEqual([['<RecordRequesterFunction.Arn>', undefined]]);
});

test('every minute makes up for events that were lost', () => {
  expect(rule('EveryMinute')).toMatchObject({
    schedule: 'rate(1 minute)',
    targets: [
      ['<ReconcileRunsFunction.Arn>', '{}'],
      ['<DecideApprovalFunction.Arn>', '{"every":"minute"}'],
    ],
  });
});

describe('a migration', () => {
  const acme = deployed({
    ...migrationFile(),
    schedule: { preflight: 'rate(1 day)', rehearsal: 'cron(0 3 ? * SAT *)' },
  });
  const own = new Synthesized([acme]);
  const start = (id: string) => {
    const { Properties } = own.one('AWS::Events::Rule', `Triggersacmeretool${id}`)[1];
    const [target, ...others] = Properties.Targets as { Arn: unknown; Input: string; RoleArn: unknown }[];
    expect(others).toEqual([]);
    expect(text(target!.Arn)).toBe(arn('retool-ecs-to-eks'));
    return { ...Properties, input: machines.RetoolEcsToEks.input.parse(JSON.parse(target!.Input)) };
  };

  test('is looked at again when its configuration is deployed anew', () => {
    expect(start('PlanChanged')).toMatchObject({
      EventPattern: {
        source: ['aws.ssm'],
        'detail-type': ['Parameter Store Change'],
        detail: { name: ['/passage/migrations/acme-retool'], operation: ['Update'] },
      },
      input: { migration: 'acme-retool', mode: 'preflight', mail: true },
    });
  });

  test('is looked at again when a service of its source is deployed anew', () => {
    const { EventPattern, input } = start('SourceDeployed') as unknown as {
      EventPattern: { resources: { prefix: unknown }[]; detail: unknown };
      input: object;
    };
    expect(text(EventPattern.resources[0]!.prefix)).toBe(
      'arn:<AWS::Partition>:ecs:<AWS::Region>:<AWS::AccountId>:service/acme-ecs/',
    );
    expect(EventPattern.detail).toEqual({ eventName: ['SERVICE_DEPLOYMENT_COMPLETED'] });
    expect(input).toMatchObject({ migration: 'acme-retool', mode: 'preflight', mail: true });
  });

  test('is looked at and rehearsed on its schedule, and without one by events alone', () => {
    expect(start('Preflight')).toMatchObject({ ScheduleExpression: 'rate(1 day)', input: { mode: 'preflight' } });
    expect(start('Rehearsal')).toMatchObject({
      ScheduleExpression: 'cron(0 3 ? * SAT *)',
      input: { mode: 'rehearsal', mail: true },
    });
    const rules = new Synthesized([deployed()]).all('AWS::Events::Rule').map(([id]) => id);
    expect(rules.filter((id) => /^Triggersacmeretool(Preflight|Rehearsal)/.test(id))).toEqual([]);
  });

  test('is started by a role that may start the journey and nothing else', () => {
    const [role] = own.all('AWS::IAM::Role').filter(([id]) => id.startsWith('Triggersacmeretool'));
    expect(own.statementsOfRole(role![0])).toEqual([
      expect.objectContaining({ actions: ['states:StartExecution'], resources: [arn('retool-ecs-to-eks')] }),
    ]);
  });
});

test('every target may be invoked by its rule, and each function only by what is said here', () => {
  const callers = stack
    .all('AWS::Lambda::Permission')
    .map(([, { Properties }]) => `${Properties.Principal} ${text(Properties.FunctionName)}`);
  expect(sorted(callers)).toEqual([
    'apigateway.amazonaws.com <CastVoteFunction.Arn>',
    'apigateway.amazonaws.com <ShowApprovalFunction.Arn>',
    'events.amazonaws.com <DecideApprovalFunction.Arn>',
    'events.amazonaws.com <ReconcileRunsFunction.Arn>',
    'events.amazonaws.com <RecordRequesterFunction.Arn>',
  ]);
});

describe('the pages of an approval', () => {
  test('opening shows, and only a POST votes', () => {
    const integrations = new Map(
      stack.all('AWS::ApiGatewayV2::Integration').map(([id, { Properties }]) => [id, Properties] as const),
    );
    const routes = stack.all('AWS::ApiGatewayV2::Route').map(([, { Properties }]) => {
      const integration = integrations.get(/"(\w+)"\}?\]\]\}$/.exec(JSON.stringify(Properties.Target))?.[1] ?? '');
      expect(integration).toMatchObject({ IntegrationType: 'AWS_PROXY', PayloadFormatVersion: '2.0' });
      return [Properties.RouteKey, text(integration?.IntegrationUri)];
    });
    expect(routes).toEqual([
      ['GET /approvals/{approval}/{key}', '<ShowApprovalFunction.Arn>'],
      ['HEAD /approvals/{approval}/{key}', '<ShowApprovalFunction.Arn>'],
      ['POST /approvals/{approval}/{key}', '<CastVoteFunction.Arn>'],
    ]);
  });

  test('are slowed down for a guesser, and leave no key in the access log', () => {
    const { Properties } = stack.one('AWS::ApiGatewayV2::Stage')[1];
    expect(Properties.DefaultRouteSettings).toEqual({ ThrottlingBurstLimit: 20, ThrottlingRateLimit: 10 });
    const { Format } = Properties.AccessLogSettings as { Format: string };
    expect(Object.values(JSON.parse(Format))).toEqual([
      '$context.requestId',
      '$context.requestTime',
      '$context.identity.sourceIp',
      '$context.routeKey',
      '$context.status',
      '$context.responseLatency',
    ]);
  });
});
