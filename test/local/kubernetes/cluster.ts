import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Sha256 } from '@aws-crypto/sha256-js';
import { KubeConfig } from '@kubernetes/client-node';
import { SignatureV4 } from '@smithy/signature-v4';
import { type AccessKeys, createCredentials } from '../../../lib/local/iam/credentials.ts';
import type { AccessEntry } from '../../../lib/local/kubernetes/authentication.ts';
import { createKubernetes, type Kubernetes, type KubernetesOptions } from '../../../lib/local/kubernetes/kubernetes.ts';
import { createProcesses, type Processes } from '../../../lib/local/processes/processes.ts';
import { verifyPresigned } from '../../../lib/local/wire/sigv4.ts';
import { createManualClock, type ManualClock } from '../../support/manual-clock.ts';

export const REGION = 'eu-west-1';
export const CLUSTER = 'retool';
export const ADMINISTRATOR = 'arn:aws:iam::123456789012:role/platform/Administrator';
export const WORKER = 'arn:aws:iam::123456789012:role/Worker';

/** Images whose command is a line of JavaScript. */
const IMAGES: Readonly<Record<string, string>> = {
  'worker:1':
    'console.log(JSON.stringify({ env: process.env, argv: process.argv.slice(1) })); process.exit(Number(process.env.EXIT ?? 0))',
  'sleep:1': 'process.on("SIGTERM", () => process.exit(0)); setInterval(() => 0, 1000); console.log("up")',
  'web:1': `require("node:http").createServer((request, response) => {
      console.log(request.url);
      response.writeHead(process.env.BROKEN ? 500 : 200).end(process.env.NAME);
    }).listen(Number(process.env.PORT), "127.0.0.1")`,
};

export interface TestKubernetes {
  readonly clock: ManualClock;
  readonly processes: Processes;
  readonly directory: string;
  kubernetes: Kubernetes;
  entries: AccessEntry[];
  keysOf(roleArn: string, session?: string): AccessKeys;
  /** A token as `aws eks get-token` makes it. */
  token(keys: AccessKeys, more?: { cluster?: string; host?: string; signedAt?: number }): Promise<string>;
  /** The client's configuration for a role, with a fresh token. */
  connect(roleArn?: string): Promise<KubeConfig>;
  connectWith(token: string): KubeConfig;
  /** Shuts the cluster and opens it again over the same state. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

export async function startTestKubernetes(more: Partial<KubernetesOptions> = {}): Promise<TestKubernetes> {
  const directory = mkdtempSync(join(tmpdir(), 'kubernetes-'));
  const clock = createManualClock();
  const credentials = createCredentials({ clock, accountId: '123456789012' });
  const processes = createProcesses({ directory: join(directory, 'running'), clock });
  const open = () =>
    createKubernetes({
      directory,
      clock,
      processes,
      clusterName: CLUSTER,
      region: REGION,
      accessEntries: () => test.entries,
      verifyPresigned: (url, headers) => verifyPresigned(url, { credentials, clock, headers }),
      resolveImage(image) {
        const script = IMAGES[image];
        if (!script) throw new Error(`failed to resolve reference "${image}"`);
        return { command: [process.execPath, '-e', script, '--'], cwd: directory, env: { IMAGE: image } };
      },
      credentialsFor: (namespace, account, pod) =>
        account === 'restore' ? { AWS_ACCESS_KEY_ID: `${namespace}/${account}`, AWS_SESSION_TOKEN: pod } : undefined,
      baseEnvironment: () => ({ AWS_REGION: REGION }),
      ...more,
    });

  const test: TestKubernetes = {
    clock,
    processes,
    directory,
    kubernetes: await open(),
    entries: [
      { principalArn: ADMINISTRATOR, policies: ['arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy'] },
    ],
    keysOf: (roleArn, session = 'session') => credentials.mint(roleArn, session),
    async token(keys, { cluster = CLUSTER, host = `sts.${REGION}.amazonaws.com`, signedAt = clock.now() } = {}) {
      const signer = new SignatureV4({
        service: 'sts',
        region: REGION,
        credentials: keys,
        sha256: Sha256,
        applyChecksum: false,
      });
      const { query } = await signer.presign(
        {
          method: 'GET',
          protocol: 'https:',
          hostname: host,
          path: '/',
          query: { Action: 'GetCallerIdentity', Version: '2011-06-15' },
          headers: { host, 'x-k8s-aws-id': cluster },
        },
        { expiresIn: 60, unsignableHeaders: new Set(), signingDate: new Date(signedAt) },
      );
      const search = new URLSearchParams(query as Record<string, string>);
      return `k8s-aws-v1.${Buffer.from(`https://${host}/?${search}`).toString('base64url')}`;
    },
    connect: async (roleArn = ADMINISTRATOR) => test.connectWith(await test.token(test.keysOf(roleArn))),
    connectWith(token) {
      const config = new KubeConfig();
      config.loadFromOptions({
        clusters: [
          {
            name: CLUSTER,
            server: test.kubernetes.url,
            caData: Buffer.from(test.kubernetes.caCertificate).toString('base64'),
          },
        ],
        users: [{ name: 'user', token }],
        contexts: [{ name: 'context', cluster: CLUSTER, user: 'user' }],
        currentContext: 'context',
      });
      return config;
    },
    async restart() {
      await test.kubernetes.close();
      test.kubernetes = await open();
    },
    async close() {
      await test.kubernetes.close();
      expect(processes.running()).toEqual([]);
      rmSync(directory, { recursive: true });
    },
  };
  return test;
}
