import { join } from 'node:path';
import { type Acm, createAcm } from '../acm/acm.ts';
import { startHttpApi } from '../apigateway/http-api.ts';
import {
  type ApplicationAutoScaling,
  createApplicationAutoScaling,
} from '../applicationautoscaling/applicationautoscaling.ts';
import { type Assembly, bucketOf } from '../assembly/assembly.ts';
import type { Clock } from '../clock.ts';
import { type CloudWatch, createCloudWatch } from '../cloudwatch/cloudwatch.ts';
import { type DnsServer, startDnsServer } from '../dns/dns-server.ts';
import { createEcs, type Ecs } from '../ecs/ecs.ts';
import { createElasticLoadBalancing } from '../elasticloadbalancing/elasticloadbalancing.ts';
import { createEngine, type Engine, type ExecutionDescription } from '../engine/engine.ts';
import { type Bus, type BusEvent, createBus } from '../events/bus.ts';
import { createAuthorize } from '../iam/authorize.ts';
import { type AccessKeys, createCredentials } from '../iam/credentials.ts';
import { openRecord } from '../iam/record.ts';
import { checkPolicies } from '../iam/simulation.ts';
import { lambdaEndpoint } from '../lambda/endpoint.ts';
import { lambdaIntegrations } from '../lambda/integration.ts';
import { createLambdaRuntime } from '../lambda/runtime.ts';
import { createLoadBalancers, type LoadBalancers } from '../loadbalancer/load-balancers.ts';
import type { LocalImage } from '../processes/image.ts';
import type { Processes } from '../processes/processes.ts';
import { createRds, type Rds } from '../rds/rds.ts';
import { createRoute53, type Route53 } from '../route53/route53.ts';
import { createSes } from '../ses/ses.ts';
import { statesEndpoint } from '../states/endpoint.ts';
import { createSts } from '../sts/sts.ts';
import type { Authorize, Principal } from '../wire/endpoint.ts';
import { type Gateway, startGateway } from '../wire/gateway.ts';
import { ACCOUNT, OPERATOR } from './account.ts';
import type { Closing } from './closing.ts';
import { openTargetClusters, type TargetClusters } from './clusters.ts';
import { deliverTo } from './deliver.ts';
import { localFunctions } from './functions.ts';
import { imagesOf } from './images.ts';
import type { WorldPaths } from './paths.ts';
import { policiesOf } from './policies.ts';
import { rolesOf } from './roles.ts';
import { runTaskIntegrations } from './run-task.ts';
import { containerSecrets, sampleRoles } from './sample-variables.ts';
import { openStorage, type StorageServices } from './services.ts';
import { ecsDeployment, ecsTask, executionStatusChange, objectCreated, parameterChange } from './sources.ts';
import { trailed } from './trail.ts';
import { VIEWER, viewerPolicy } from './viewer.ts';

interface CloudOptions {
  readonly paths: WorldPaths;
  /** Whose services and pods: without the sample's databases its services must not start. */
  readonly compute: 'sample' | 'own';
  readonly assemblyDirectory: string;
  readonly clock: Clock;
  readonly processes: Processes;
  readonly closing: Closing;
  /** Where PostgreSQL's programs are: the copier's image has them too. */
  readonly postgresTools: string;
  /** Images that are not the assembly's. */
  readonly sampleImage: (image: string) => LocalImage | undefined;
  /** Events that never arrive. */
  readonly loses?: ((event: BusEvent) => boolean) | undefined;
  /** Every execution that there has been. */
  readonly past: readonly ExecutionDescription[];
}

/** The simulated account with all that the assembly deploys to it. */
export interface Cloud extends StorageServices {
  readonly assembly: Assembly;
  readonly gateway: Gateway;
  readonly operator: { readonly keys: AccessKeys; readonly principal: Principal };
  readonly viewer: { readonly keys: AccessKeys; readonly principal: Principal };
  readonly approvalUrl: string;
  readonly engine: Engine;
  readonly bus: Bus;
  readonly ecs: Ecs;
  readonly clusters: TargetClusters;
  readonly route53: Route53;
  readonly dns: DnsServer;
  readonly loadBalancers: LoadBalancers;
  readonly acm: Acm;
  readonly scaling: ApplicationAutoScaling;
  readonly rds: Rds;
  readonly cloudWatch: CloudWatch;
  /**
   * From now on events are delivered, schedules fire, services and controllers work, and executions go on that were
   * running when the account last ended; returns those. Paused, only services and controllers work: events are kept for the
   * next account, and no execution goes on.
   */
  begin(how: { readonly paused: boolean }): readonly ExecutionDescription[];
}

/** Opens every service and deploys the assembly; nothing moves by itself before `begin`. */
export async function openCloud(options: CloudOptions): Promise<Cloud> {
  const { paths, clock, closing, processes } = options;
  const credentials = createCredentials({ clock, accountId: ACCOUNT.accountId });
  const keys = credentials.addUser(OPERATOR, { administrator: true });
  const operator = { keys, principal: credentials.find(keys.accessKeyId)!.principal };
  const viewerKeys = credentials.addUser(VIEWER);
  const viewer = { keys: viewerKeys, principal: credentials.find(viewerKeys.accessKeyId)!.principal };
  // Services ask it only once they are called, which is after the assembly has said what is allowed.
  let decide: Authorize = () => {
    throw new Error('The simulated account has no policies yet.');
  };
  const authorize: Authorize = (...question) => decide(...question);
  const shared = { ...ACCOUNT, clock, authorize };
  const roles = rolesOf(() => assembly, { credentials, authorize });
  const baseEnvironment = () => ({ AWS_ENDPOINT_URL: gateway.url, AWS_REGION: ACCOUNT.region });

  const tell = (event: BusEvent): void => {
    if (!options.loses?.(event)) bus.put(event);
  };
  const storage = openStorage({
    ...shared,
    paths,
    assemblyDirectory: options.assemblyDirectory,
    onObjectCreated: (event) => tell(objectCreated(event)),
    onParameterChange: (change) => tell(parameterChange(change)),
  });
  const { assembly } = storage;
  const policies = policiesOf(assembly, [
    ...sampleRoles,
    { arn: viewer.principal.arn, policies: [viewerPolicy(bucketOf(assembly, 'evidence'))] },
  ]);
  await checkPolicies(policies);
  const recorder = openRecord(paths.permissions, policies);
  closing.add('record of permissions', () => recorder.close());
  decide = createAuthorize(policies, recorder.add);

  const route53 = createRoute53({ ...shared, directory: paths.service('route53') });
  const acm = createAcm({ ...shared, directory: paths.service('acm') });
  const loadBalancers = createLoadBalancers();
  const scaling = createApplicationAutoScaling({
    ...shared,
    directory: join(paths.service('applicationautoscaling'), options.compute),
  });
  const rds = createRds(shared);
  const cloudWatch = createCloudWatch(shared);
  closing.add('load balancers', () => loadBalancers.close());
  const [dns, httpApi] = await Promise.all([
    startDnsServer({ zones: route53.published, isLoadBalancer: loadBalancers.has, clock }),
    startHttpApi({ ...ACCOUNT, clock, directory: paths.service('apigateway') }, () => {
      const [api] = assembly.httpApis;
      return api && { api, lambda, authorize };
    }),
  ]);
  closing.add('DNS', () => dns.close());
  closing.add('HTTP API', () => httpApi.close());

  const lambda = createLambdaRuntime({
    functions: localFunctions(assembly, { httpApi: httpApi.url, resolvers: dns.address }),
    directory: paths.service('lambda'),
    clock,
    region: ACCOUNT.region,
    credentialsFor: roles.ofFunction,
    environment: () => ({ AWS_ENDPOINT_URL: gateway.url }),
  });
  closing.add('Lambda', () => lambda.close());
  const bus = createBus({
    ...ACCOUNT,
    clock,
    directory: paths.service('events'),
    rules: assembly.rules,
    schedules: assembly.schedules,
    deliver: deliverTo({ lambda: () => lambda, engine: () => engine, authorize }),
  });

  const resolveImage = imagesOf(assembly, { tools: options.postgresTools, sample: options.sampleImage });
  const ecs = createEcs({
    ...shared,
    directory: join(paths.service('ecs'), options.compute),
    processes,
    resolveImage,
    credentialsFor: roles.ofTask,
    useExecutionRole: roles.useExecutionRole,
    baseEnvironment,
    onTaskStateChange: (event) => tell(ecsTask(event)),
    onDeployed: (deployed) => tell(ecsDeployment(deployed)),
    secretValue: containerSecrets(storage),
  });
  closing.add('ECS', () => ecs.close());
  for (const { name } of assembly.ecsClusters) ecs.registerCluster(name);
  for (const { arn, input } of assembly.taskDefinitions) {
    const registered = ecs.registerTaskDefinition(input as Parameters<Ecs['registerTaskDefinition']>[0]);
    if (registered !== arn)
      throw new Error(`The task definition ${arn} of the assembly was registered as ${registered}.`);
  }
  const clusters = await openTargetClusters({
    assembly,
    directory: join(paths.service('kubernetes'), options.compute),
    clock,
    authorize,
    credentials,
    podKeys: roles.ofPod,
    processes,
    resolveImage,
    baseEnvironment,
    operatorArn: operator.principal.arn,
    viewerArn: viewer.principal.arn,
  });
  closing.add('Kubernetes', () => clusters.close());

  const engine = createEngine({
    ...shared,
    directory: paths.service('states'),
    past: options.past,
    integrations: { ...lambdaIntegrations(lambda, authorize), ...runTaskIntegrations(ecs.endpoint) },
    onStatusChange: (change) => tell(executionStatusChange(change)),
  });
  for (const machine of assembly.stateMachines) {
    roles.useMachineRole(machine);
    engine.createStateMachine(machine);
  }

  const ses = createSes({ ...shared, directory: paths.outbox });
  const gateway = await startGateway({
    endpoints: [
      ses.endpoint,
      ...[storage.s3, storage.secrets, storage.ssm, storage.kms].map(({ endpoint }) => endpoint),
      ...[route53, ecs, clusters.eks, createSts({ ...shared, credentials })].map(({ endpoint }) => endpoint),
      ...[acm, createElasticLoadBalancing({ ...shared, loadBalancers })].map(({ endpoint }) => endpoint),
      ...[scaling, rds, cloudWatch].map(({ endpoint }) => endpoint),
      lambdaEndpoint(lambda, authorize),
      trailed(statesEndpoint({ engine, authorize }), { ...ACCOUNT, clock, onEvent: tell }),
    ],
    credentials,
    clock,
    region: ACCOUNT.region,
  });
  closing.add('gateway', () => gateway.close());
  closing.add('Step Functions', () => engine.close());
  closing.add('EventBridge', () => bus.close());

  return {
    ...storage,
    gateway,
    operator,
    viewer,
    approvalUrl: httpApi.url,
    engine,
    bus,
    ecs,
    clusters,
    route53,
    dns,
    loadBalancers,
    acm,
    scaling,
    rds,
    cloudWatch,
    begin({ paused }) {
      ecs.start();
      clusters.start();
      if (paused) return [];
      const resumed = engine.resume();
      lambda.start();
      bus.start();
      return resumed;
    },
  };
}
