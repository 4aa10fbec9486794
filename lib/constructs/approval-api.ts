import { Stack, Validations } from 'aws-cdk-lib';
import * as apigateway from 'aws-cdk-lib/aws-apigateway';
import * as apigatewayv2 from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { passageLogs } from './logs.ts';

const PATH = '/approvals/{approval}/{key}';

/** The pages on which approvers read what is to be decided, and decide. */
export class ApprovalApi extends Construct {
  /** Without a slash at the end. */
  readonly url: string;
  private readonly api: apigatewayv2.HttpApi;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.api = new apigatewayv2.HttpApi(this, 'Api', {
      apiName: 'passage-approvals',
      description: 'Passage: pages for approvers',
      createDefaultStage: false,
    });
    const logGroup = passageLogs(this, 'Logs', `/aws/vendedlogs/apigateway/${Stack.of(this).stackName}-approvals`);
    new apigatewayv2.HttpStage(this, 'Stage', {
      httpApi: this.api,
      stageName: '$default',
      autoDeploy: true,
      // A handful of people: ten requests a second is ten times what they do, and slow for a guesser.
      throttle: { rateLimit: 10, burstLimit: 20 },
      accessLogSettings: {
        destination: new apigatewayv2.LogGroupLogDestination(logGroup),
        // No path and no query: the path holds an approver's key.
        format: apigateway.AccessLogFormat.custom(
          JSON.stringify({
            requestId: '$context.requestId',
            time: '$context.requestTime',
            ip: '$context.identity.sourceIp',
            route: '$context.routeKey',
            status: '$context.status',
            milliseconds: '$context.responseLatency',
          }),
        ),
      },
    });
    this.url = this.api.apiEndpoint;
  }

  /** Opening a link only shows; an explicit POST votes. */
  serve({ show, vote }: { show: lambda.IFunction; vote: lambda.IFunction }): void {
    const { GET, HEAD, POST } = apigatewayv2.HttpMethod;
    // One permission for both ways to ask, where CDK would write the same one for each.
    const shown = new HttpLambdaIntegration('Show', show, { scopePermissionToRoute: false });
    const routes = [
      ...this.api.addRoutes({ path: PATH, methods: [GET, HEAD], integration: shown }),
      ...this.api.addRoutes({ path: PATH, methods: [POST], integration: new HttpLambdaIntegration('Vote', vote) }),
    ];
    for (const route of routes) {
      Validations.of(route).acknowledge({
        id: 'AwsSolutions-APIG4',
        reason: 'Each link carries a secret of its approver, of which only the hash is stored; the functions check it.',
      });
    }
  }
}
