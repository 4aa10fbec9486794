import { randomBytes } from 'node:crypto';
import type { Kubernetes } from '../kubernetes/kubernetes.ts';
import { routeByIngress } from '../loadbalancer/ingress.ts';
import type { LoadBalancer } from '../loadbalancer/load-balancer.ts';
import type { Cloud } from './cloud.ts';
import type { Databases } from './databases.ts';
import type { SampleNames } from './sample-names.ts';
import { IMAGE, listeners } from './sample-source.ts';
import { plainVariables } from './sample-variables.ts';
import { setSecret } from './secrets.ts';

const DEPLOYMENTS = [
  { name: 'retool', role: 'main-backend', serviceType: 'MAIN_BACKEND,DB_CONNECTOR,DB_SSH_CONNECTOR', port: 3000 },
  { name: 'retool-jobs-runner', role: 'jobs-runner', serviceType: 'JOBS_RUNNER', port: 3001 },
];

const NODES = ['ip-10-0-1-17.eu-west-1.compute.internal', 'ip-10-0-2-31.eu-west-1.compute.internal'];

/** Where it was installed, whatever the migration's file calls it: a typing error there makes no second one. */
const NAMESPACE = 'retool';

/** Objects all of whose keys are variables of the main backend; the second as the vendor's blueprints make it. */
const SETTINGS = 'retool-settings';
const EXTRA = 'extra-env-vars';

/** Retool on EKS as the vendor's chart deploys it: waiting, with no replicas, behind an Ingress. */
export async function deployTarget(options: {
  readonly cloud: Cloud;
  readonly names: SampleNames;
  readonly databases: Databases;
}): Promise<LoadBalancer> {
  const { cloud, names, databases } = options;
  const { ingress, boot } = names.target.application;
  const namespace = NAMESPACE;
  const kubernetes = cloud.clusters.kubernetes.get(names.target.eks.cluster);
  if (!kubernetes)
    throw new Error(`The assembly gives nobody access to the sample's cluster ${names.target.eks.cluster}.`);
  const { master } = databases.logins.target;
  const login = { username: master.user, password: master.password };
  await setSecret(cloud.secrets, cloud.operator.principal, names.target.database.loginSecret, JSON.stringify(login));

  const { record } = names.dns;
  const certificate = cloud.acm.createCertificate({ names: [record, `*.${record}`] });
  await setSecret(cloud.secrets, cloud.operator.principal, boot.apiTokenSecret, databases.apiToken);

  // Deployments that were there keep their replicas: a world that was cut over starts as such.
  const first = kubernetes.ingress(namespace, ingress) === undefined;
  deployAddOns(kubernetes);
  shareVariables(cloud, kubernetes, { namespace, store: `retool/${names.target.eks.cluster}/${EXTRA}` });
  secret(kubernetes, namespace, 'encryption-key', { 'encryption-key': databases.encryptionKey });
  secret(kubernetes, namespace, 'db-credentials', { password: master.password });
  for (const each of DEPLOYMENTS) deployment(kubernetes, namespace, each, { names, databases, first });
  if (first) {
    kubernetes.apply({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'retool', namespace },
      spec: { selector: { app: 'retool' }, ports: [{ port: 3000, targetPort: 3000 }] },
    });
    kubernetes.apply({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: {
        name: ingress,
        namespace,
        annotations: {
          'alb.ingress.kubernetes.io/scheme': 'internet-facing',
          'alb.ingress.kubernetes.io/listen-ports': '[{"HTTP":80},{"HTTPS":443}]',
          'alb.ingress.kubernetes.io/certificate-arn': certificate,
        },
      },
      spec: {
        ingressClassName: 'alb',
        rules: [
          {
            host: record,
            http: {
              paths: [
                { path: '/', pathType: 'Prefix', backend: { service: { name: 'retool', port: { number: 3000 } } } },
              ],
            },
          },
        ],
      },
    });
  }
  for (const name of NODES) joinNode(kubernetes, name);
  kubernetes.publishIngress(namespace, ingress, names.dns.target);
  return cloud.loadBalancers.start({
    hostname: names.dns.target,
    listeners: listeners(certificate),
    route: routeByIngress({
      ingress: () => kubernetes.ingress(namespace, ingress),
      addresses: (service) => kubernetes.addresses(namespace, service),
    }),
  });
}

function deployment(
  kubernetes: Kubernetes,
  namespace: string,
  { name, role, serviceType, port }: (typeof DEPLOYMENTS)[number],
  { names, databases, first }: { names: SampleNames; databases: Databases; first: boolean },
): void {
  const { master } = databases.logins.target;
  const plain = {
    SERVICE_TYPE: serviceType,
    NODE_ENV: 'production',
    SAMPLE_SIDE: 'EKS',
    BASE_DOMAIN: `https://${names.dns.record}`,
    POSTGRES_HOST: master.host,
    POSTGRES_PORT: String(master.port),
    POSTGRES_DB: master.database,
    POSTGRES_USER: master.user,
    POSTGRES_SSL_ENABLED: 'false',
  };
  const from = (variable: string, secretName: string, key: string) => ({
    name: variable,
    valueFrom: { secretKeyRef: { name: secretName, key } },
  });
  kubernetes.apply({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace, labels: { app: name } },
    spec: {
      ...(first && { replicas: 0 }),
      selector: { matchLabels: { app: name } },
      template: {
        metadata: {
          labels: {
            app: name,
            'app.kubernetes.io/instance': 'retool',
            'telemetry.retool.com/service-name': role,
          },
        },
        spec: {
          containers: [
            {
              name,
              image: IMAGE,
              resources: { requests: { cpu: '2', memory: '4Gi' }, limits: { cpu: '4', memory: '8Gi' } },
              env: [
                ...Object.entries(plain).map(([key, value]) => ({ name: key, value })),
                from('POSTGRES_PASSWORD', 'db-credentials', 'password'),
                from('ENCRYPTION_KEY', 'encryption-key', 'encryption-key'),
              ],
              envFrom: [{ configMapRef: { name: SETTINGS } }, { secretRef: { name: EXTRA } }],
              ports: [{ containerPort: port }],
              readinessProbe: {
                httpGet: { path: '/api/checkHealth', port },
                periodSeconds: 1,
                timeoutSeconds: 2,
              },
            },
          ],
        },
      },
    },
  });
}

/** A node of a managed group as EKS makes it from an m7i.xlarge; what its pods run is processes of this machine. */
function joinNode(kubernetes: Kubernetes, name: string): void {
  kubernetes.apply({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      labels: {
        'kubernetes.io/arch': 'amd64',
        'kubernetes.io/os': 'linux',
        'node.kubernetes.io/instance-type': 'm7i.xlarge',
        'eks.amazonaws.com/nodegroup': 'acme-retool',
      },
    },
    spec: {},
    status: {
      capacity: { cpu: '4', memory: '15896Mi', pods: '58' },
      allocatable: { cpu: '3920m', memory: '14880Mi', pods: '58' },
      conditions: [{ type: 'Ready', status: 'True' }],
      nodeInfo: { architecture: 'amd64', operatingSystem: 'linux', kubeletVersion: 'v1.33.5-eks-simulated' },
    },
  });
}

/** What the vendor's blueprints install beside the chart; present, and with nothing to run here. */
function deployAddOns(kubernetes: Kubernetes): void {
  const group = 'external-secrets.io';
  const names = { plural: 'externalsecrets', singular: 'externalsecret', kind: 'ExternalSecret' };
  kubernetes.apply({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${names.plural}.${group}` },
    spec: { group, names, scope: 'Namespaced', versions: [{ name: 'v1', served: true, storage: true }] },
  });
  const labels = { app: 'reloader' };
  kubernetes.apply({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'reloader', namespace: 'retool-services', labels },
    spec: {
      replicas: 0,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { containers: [{ name: 'reloader', image: 'ghcr.io/stakater/reloader:v1.4.1' }] },
      },
    },
  });
}

/** Variables beside the deployments: settings in clear, and a Secret that External Secrets makes from the account's store. */
function shareVariables(
  { secrets }: Pick<Cloud, 'secrets'>,
  kubernetes: Kubernetes,
  { namespace, store }: { namespace: string; store: string },
): void {
  const { USE_GCM_ENCRYPTION, USE_ENCRYPTION_V2 } = plainVariables;
  kubernetes.apply({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: SETTINGS, namespace },
    data: { USE_GCM_ENCRYPTION },
  });
  // A token of the target's own: its owner put it there by hand.
  const first = { USE_ENCRYPTION_V2, SCIM_AUTH_TOKEN: randomBytes(24).toString('hex') };
  secrets.createSecret({ name: store, value: JSON.stringify(first) });
  kubernetes.apply({
    apiVersion: 'external-secrets.io/v1',
    kind: 'ExternalSecret',
    metadata: { name: EXTRA, namespace },
    spec: {
      secretStoreRef: { name: 'aws', kind: 'ClusterSecretStore' },
      target: { name: EXTRA },
      dataFrom: [{ extract: { key: store } }],
    },
  });
  // What External Secrets would do every minute is done at the start alone.
  secret(kubernetes, namespace, EXTRA, JSON.parse(secrets.value(store) ?? '{}') as Record<string, string>);
}

function secret(
  kubernetes: Kubernetes,
  namespace: string,
  name: string,
  values: Readonly<Record<string, string>>,
): void {
  const data = Object.fromEntries(
    Object.entries(values).map(([key, value]) => [key, Buffer.from(value).toString('base64')]),
  );
  const manifest = { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace }, data };
  kubernetes.apply(manifest);
}
