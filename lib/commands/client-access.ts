import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { WorldInfo } from '../local/world/world.ts';

/** By which the AWS CLI and kubectl reach the simulated account. */
export interface ClientAccess {
  /** `AWS_CONFIG_FILE`, `AWS_SHARED_CREDENTIALS_FILE` and `KUBECONFIG`, as absolute paths. */
  readonly environment: Readonly<Record<string, string>>;
  /** Deletes the files: their keys are worth nothing once the account is down. */
  remove(): void;
}

type Served = Pick<WorldInfo, 'url' | 'region' | 'credentials' | 'viewer' | 'clusters'>;

/** Who one is: without a word somebody who only looks, and by name the operator, who may do everything. */
const OPERATOR = 'operator';

/**
 * Writes, for the user alone, `<directory>/aws/config` and `credentials` with the profiles `default` (reads) and
 * `operator`, and `<directory>/kubeconfig` with the contexts `<cluster>` (reads) and `<cluster>-operator`.
 */
export function writeClientAccess(directory: string, account: Served): ClientAccess {
  const folder = join(directory, 'aws');
  const environment = {
    AWS_CONFIG_FILE: join(folder, 'config'),
    AWS_SHARED_CREDENTIALS_FILE: join(folder, 'credentials'),
    KUBECONFIG: join(directory, 'kubeconfig'),
  };
  const { KUBECONFIG, ...aws } = environment;
  const remove = () => {
    rmSync(folder, { recursive: true, force: true });
    rmSync(KUBECONFIG, { force: true });
  };
  const credentials = ini({ default: keys(account.viewer), [OPERATOR]: keys(account.credentials) });
  const { AWS_SHARED_CREDENTIALS_FILE: file } = aws;
  // Keys are new with each start of the account: the command that has this one up wrote them, and deletes them.
  if (existsSync(file) && readFileSync(file, 'utf8') === credentials) return { environment, remove: () => {} };
  // What an earlier command left may have other rights.
  remove();
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const write = (path: string, text: string) => writeFileSync(path, text, { mode: 0o600 });
  // TestState alone is asked for at `sync-` before the host, which no address of loopback can carry.
  const settings = { region: account.region, endpoint_url: account.url, disable_host_prefix_injection: 'true' };
  write(aws.AWS_CONFIG_FILE, ini({ default: settings, [`profile ${OPERATOR}`]: settings }));
  write(file, credentials);
  write(KUBECONFIG, `${JSON.stringify(kubeconfig(account, aws), null, 2)}\n`);
  return { environment, remove };
}

/** How to use the files, to be read on a terminal and pasted into a shell. */
export function invitation({ environment }: ClientAccess, machineArn: string, clusters: readonly string[]): string[] {
  const variables = Object.entries(environment).map(([variable, file]) => `${variable}=${quoted(file)}`);
  const contexts = clusters.map((cluster) => `--context ${cluster}-${OPERATOR}`);
  return [
    '  Read-only access with the AWS CLI and kubectl, everything but secrets:',
    `    export ${variables.join(' ')}`,
    `    aws stepfunctions list-executions --state-machine-arn ${machineArn}`,
    '    kubectl get pods --all-namespaces',
    `  Full access: add ${[`--profile ${OPERATOR}`, ...contexts].join(', ')}.`,
  ];
}

/** As a shell reads it as one word. */
const quoted = (word: string): string => (/^[\w./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);

const keys = ({ accessKeyId, secretAccessKey }: Served['viewer']) => ({
  aws_access_key_id: accessKeyId,
  aws_secret_access_key: secretAccessKey,
});

const ini = (sections: Readonly<Record<string, Readonly<Record<string, string>>>>): string =>
  Object.entries(sections)
    .map(([name, values]) => [`[${name}]`, ...Object.entries(values).map((each) => each.join(' = ')), ''].join('\n'))
    .join('\n');

/** As `aws eks update-kubeconfig` writes it; YAML includes JSON. */
function kubeconfig({ clusters, region }: Served, aws: Readonly<Record<string, string>>): object {
  const names = Object.keys(clusters).sort();
  const entries = names.flatMap((cluster) => [
    { name: cluster, cluster, profile: 'default' },
    { name: `${cluster}-${OPERATOR}`, cluster, profile: OPERATOR },
  ]);
  return {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: Object.entries(clusters).map(([name, { url, caCertificate }]) => ({
      name,
      cluster: { server: url, 'certificate-authority-data': Buffer.from(caCertificate).toString('base64') },
    })),
    users: entries.map(({ name, cluster, profile }) => ({
      name,
      user: {
        exec: {
          apiVersion: 'client.authentication.k8s.io/v1beta1',
          command: 'aws',
          args: ['eks', 'get-token', '--cluster-name', cluster, '--region', region, '--profile', profile],
          env: Object.entries(aws).map(([variable, value]) => ({ name: variable, value })),
          interactiveMode: 'Never',
          installHint: 'kubectl asks the AWS CLI for a token, as for any cluster of EKS: install it.',
        },
      },
    })),
    contexts: entries.map(({ name, cluster }) => ({ name, context: { cluster, user: name } })),
    'current-context': names[0] ?? '',
  };
}
