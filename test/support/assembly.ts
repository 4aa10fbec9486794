import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Duration, Stack } from 'aws-cdk-lib';
import * as apigateway from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as eks from 'aws-cdk-lib/aws-eks';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import * as ssm from 'aws-cdk-lib/aws-ssm';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';

/**
 * A stack with one of each thing that the simulated account builds.
 * @returns where its assembly is: `outdir`, or `<directory>/cdk.out`
 */
export function synthesizeSample(
  directory: string,
  change?: (stack: Stack) => void,
  outdir: string = join(directory, 'cdk.out'),
): string {
  const app = new App({ outdir, analyticsReporting: false });
  const stack = new Stack(app, 'Sample');
  const bundle = join(directory, 'bundle');
  mkdirSync(bundle, { recursive: true });
  writeFileSync(join(bundle, 'index.mjs'), HANDLER);
  const image = join(directory, 'image');
  mkdirSync(image, { recursive: true });
  writeFileSync(join(image, 'Dockerfile'), 'FROM scratch\n');

  const bucket = new s3.Bucket(stack, 'Evidence', { versioned: true, enforceSSL: true, eventBridgeEnabled: false });
  new s3.Bucket(stack, 'Staging');
  const key = new kms.Key(stack, 'TokenKey', { alias: 'alias/tokens' });
  const secret = new secretsmanager.Secret(stack, 'Fingerprint', {
    generateSecretString: { passwordLength: 40, excludePunctuation: true },
  });
  new ssm.StringParameter(stack, 'Setting', { parameterName: '/sample/setting', stringValue: bucket.bucketName });
  const greet = new lambda.Function(stack, 'Greet', {
    runtime: lambda.Runtime.NODEJS_24_X,
    handler: 'index.handler',
    code: lambda.Code.fromAsset(bundle),
    timeout: Duration.seconds(60),
    environment: { BUCKET: bucket.bucketName, KEY: key.keyArn },
  });
  bucket.grantRead(greet, 'runs/*');
  secret.grantRead(greet);

  const machine = new sfn.StateMachine(stack, 'Machine', {
    stateMachineName: 'sample-greet',
    definitionBody: sfn.DefinitionBody.fromString(JSON.stringify(DEFINITION)),
    definitionSubstitutions: { GreetFunctionArn: greet.functionArn },
  });
  greet.grantInvoke(machine);
  new events.Rule(stack, 'Ended', {
    eventPattern: { source: ['aws.states'], detail: { stateMachineArn: [machine.stateMachineArn] } },
    targets: [new targets.LambdaFunction(greet)],
  });
  const api = new apigateway.HttpApi(stack, 'Api');
  api.addRoutes({
    path: '/greetings/{name}',
    methods: [apigateway.HttpMethod.GET, apigateway.HttpMethod.POST],
    integration: new HttpLambdaIntegration('Greet', greet),
  });
  greet.addEnvironment('API', api.apiEndpoint);

  const cluster = new ecs.CfnCluster(stack, 'Cluster', { clusterName: 'workers' });
  const definition = new ecs.FargateTaskDefinition(stack, 'Worker');
  definition.addContainer('worker', {
    image: ecs.ContainerImage.fromAsset(image),
    environment: { CLUSTER: cluster.attrArn },
  });
  new eks.CfnAccessEntry(stack, 'Access', {
    clusterName: 'target',
    principalArn: greet.role!.roleArn,
    kubernetesGroups: ['readers'],
  });
  new eks.CfnPodIdentityAssociation(stack, 'Pod', {
    clusterName: 'target',
    namespace: 'default',
    serviceAccount: 'worker',
    roleArn: new iam.Role(stack, 'PodRole', { assumedBy: new iam.ServicePrincipal('pods.eks.amazonaws.com') }).roleArn,
  });
  change?.(stack);
  app.synth();
  return outdir;
}

/** Makes `directory` a checkout whose app is the stack above, for who synthesizes it in a process of its own. */
export function writeCheckout(directory: string): void {
  for (const folder of ['bin', 'lib/kubernetes', 'migrations']) mkdirSync(join(directory, folder), { recursive: true });
  writeFileSync(join(directory, 'package.json'), '{ "type": "module" }');
  writeFileSync(join(directory, 'lib/kubernetes/rbac.json'), JSON.stringify({ kind: 'List', items: [] }));
  writeFileSync(
    join(directory, 'bin/app.ts'),
    [
      `import { synthesizeSample } from ${JSON.stringify(import.meta.url)};`,
      `synthesizeSample(${JSON.stringify(directory)}, undefined, process.env.CDK_OUTDIR);`,
    ].join('\n'),
  );
}

/** Answers what it is asked to, so that a test can see the inside. */
const HANDLER = `
export const handler = async (event, context) => {
  console.log('greeting', event.name);
  if (event.fail) throw Object.assign(new Error(event.fail), { name: 'NotGreeted' });
  if (event.exit) process.exit(event.exit);
  if (event.hang) await new Promise(() => {});
  if (event.version === '2.0') {
    return { statusCode: 201, headers: { 'X-Method': event.requestContext.http.method }, cookies: ['a=1', 'b=2'], body: JSON.stringify(event) };
  }
  return { hello: event.name, environment: { ...process.env }, remaining: context.getRemainingTimeInMillis() };
};
`;

/** Greets, or waits for a day when the input says so. */
const DEFINITION = {
  QueryLanguage: 'JSONata',
  StartAt: 'Wait?',
  States: {
    'Wait?': {
      Type: 'Choice',
      Choices: [{ Condition: '{% $exists($states.input.wait) %}', Next: 'Wait' }],
      Default: 'Greet',
    },
    Wait: { Type: 'Wait', Seconds: 86_400, Next: 'Greet' },
    Greet: {
      Type: 'Task',
      Resource: 'arn:aws:states:::lambda:invoke',
      Arguments: { FunctionName: '${GreetFunctionArn}', Payload: '{% $states.input %}' },
      Output: '{% $states.result.Payload.hello %}',
      TimeoutSeconds: 30,
      End: true,
    },
  },
};
