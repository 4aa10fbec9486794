import type { Clock } from '../clock.ts';
import type { Listener, LoadBalancer } from '../loadbalancer/load-balancer.ts';
import { createTargetGroup } from '../loadbalancer/target-group.ts';
import type { Principal } from '../wire/endpoint.ts';
import { callAs } from './call.ts';
import type { Closing } from './closing.ts';
import type { Cloud } from './cloud.ts';
import type { Databases } from './databases.ts';
import type { SampleNames } from './sample-names.ts';
import { EXECUTION_ROLE, plainVariables, plantSecrets } from './sample-variables.ts';
import { setSecret } from './secrets.ts';

/** One version on both sides: Retool's schema migrations know one direction only. */
export const IMAGE = 'tryretool/backend:3.148.5-stable';
const HOSTNAME = 'acme-retool-ecs-1047.eu-west-1.elb.amazonaws.com';
const SERVICES = [
  {
    name: 'retool',
    serviceType: 'MAIN_BACKEND,DB_CONNECTOR,DB_SSH_CONNECTOR',
    count: 2,
    port: 3000,
    cpu: '2048',
    memory: '4096',
  },
  { name: 'retool-jobs-runner', serviceType: 'JOBS_RUNNER', count: 1, port: undefined, cpu: '1024', memory: '2048' },
];

/** As both load balancers of the sample have them. */
export const listeners = (certificate: string): Listener[] => [
  { port: 80, protocol: 'HTTP' },
  { port: 443, protocol: 'HTTPS', certificates: [certificate] },
];

/** Retool on ECS as a customer has it: from the vendor's templates, with secrets in plain sight, and more of its own. */
export async function deploySource(options: {
  readonly cloud: Cloud;
  readonly names: SampleNames;
  readonly databases: Databases;
  readonly operator: Principal;
  readonly clock: Clock;
  readonly closing: Closing;
}): Promise<LoadBalancer> {
  const { cloud, names, databases, operator, clock, closing } = options;
  const { acm, ecs, loadBalancers, route53, secrets } = cloud;
  const { cluster } = names.source.ecs;
  const { application, passage } = databases.logins.source;
  const login = { username: passage.user, password: passage.password };
  await setSecret(secrets, operator, names.source.database.loginSecret, JSON.stringify(login));

  ecs.registerCluster(cluster);
  const taken = plantSecrets(cloud, names.source.ecs.kmsKeyArns[0]);
  for (const { name, serviceType, count, port, cpu, memory } of SERVICES) {
    const environment = {
      SERVICE_TYPE: serviceType,
      NODE_ENV: 'production',
      SAMPLE_SIDE: 'ECS',
      BASE_DOMAIN: `https://${names.dns.record}`,
      POSTGRES_HOST: application.host,
      POSTGRES_PORT: String(application.port),
      POSTGRES_DB: application.database,
      POSTGRES_USER: application.user,
      POSTGRES_PASSWORD: application.password,
      POSTGRES_SSL_ENABLED: 'false',
      ENCRYPTION_KEY: databases.encryptionKey,
      ...plainVariables,
    };
    const taskDefinition = ecs.registerTaskDefinition({
      family: name,
      cpu,
      memory,
      executionRoleArn: EXECUTION_ROLE,
      networkMode: 'awsvpc',
      requiresCompatibilities: ['FARGATE'],
      runtimePlatform: { cpuArchitecture: 'X86_64', operatingSystemFamily: 'LINUX' },
      containerDefinitions: [
        {
          name,
          image: IMAGE,
          essential: true,
          environment: Object.entries(environment).map(([key, value]) => ({ name: key, value })),
          secrets: taken,
          ...(port && { portMappings: [{ containerPort: port, protocol: 'tcp' }] }),
        },
      ],
    });
    ecs.createService({ cluster, serviceName: name, taskDefinition, desiredCount: count });
    // One that was there keeps its definition, which is wrong once the database listens on another port.
    await update(cloud, operator, { cluster, service: name, taskDefinition });
  }

  // What a freeze must reckon with: an alarm that brings the main backend back to its minimum.
  cloud.scaling.scale({
    cluster,
    service: SERVICES[0]!.name,
    min: 2,
    max: 6,
    policies: [{ PolicyName: 'retool-cpu', PolicyType: 'TargetTrackingScaling' }],
  });

  const group = createTargetGroup({
    targets: () => ecs.addresses(cluster, SERVICES[0]!.name),
    clock,
    healthCheckPath: '/api/checkHealth',
  });
  closing.add('target group', () => group.close());
  const { hostedZoneId, record, ttlSeconds } = names.dns;
  const domain = record.slice(record.indexOf('.') + 1);
  const loadBalancer = await loadBalancers.start({
    hostname: HOSTNAME,
    listeners: listeners(acm.createCertificate({ names: [domain, `*.${domain}`] })),
    route: () => ({ type: 'forward', targets: group.healthy() }),
  });
  const zone = route53.createHostedZone(domain, { id: hostedZoneId });
  const present = route53.published().flatMap(({ records }) => records.map(({ name }) => name));
  if (!present.some((name) => name.replace(/\.$/, '') === record)) {
    route53.put(zone, [{ name: record, type: 'CNAME', ttl: ttlSeconds, values: [HOSTNAME] }]);
  }
  return loadBalancer;
}

async function update(
  { ecs }: Cloud,
  operator: Principal,
  { cluster, service, taskDefinition }: { cluster: string; service: string; taskDefinition: string },
): Promise<void> {
  const api = 'AmazonEC2ContainerServiceV20141113';
  const input = { cluster, services: [service] };
  const { services } = (await callAs(ecs.endpoint, operator, `${api}.DescribeServices`, input)) as {
    services: { taskDefinition: string }[];
  };
  if (services[0]?.taskDefinition === taskDefinition) return;
  await callAs(ecs.endpoint, operator, `${api}.UpdateService`, { cluster, service, taskDefinition });
}
