import { Sha256 } from '@aws-crypto/sha256-js';
import { DescribeClusterCommand, type EKSClient } from '@aws-sdk/client-eks';
import { ApiException, KubeConfig } from '@kubernetes/client-node';
import { SignatureV4 } from '@smithy/signature-v4';
import { WorkflowError } from '../../workflow/errors.ts';
import { refused } from '../refused.ts';

/**
 * A bearer token for an EKS cluster: a presigned STS GetCallerIdentity that names the cluster, as
 * `aws eks get-token` makes it. EKS accepts it for 15 minutes, so every connection makes its own.
 */
async function bearerToken(client: EKSClient, cluster: string): Promise<string> {
  const region = await client.config.region();
  const host = `sts.${region}.amazonaws.com`;
  const signer = new SignatureV4({
    service: 'sts',
    region,
    credentials: client.config.credentials,
    sha256: Sha256,
    applyChecksum: false,
  });
  const signed = await signer.presign(
    {
      method: 'GET',
      protocol: 'https:',
      hostname: host,
      path: '/',
      query: { Action: 'GetCallerIdentity', Version: '2011-06-15' },
      headers: { host, 'x-k8s-aws-id': cluster },
    },
    { expiresIn: 60, unsignableHeaders: new Set() },
  );
  const query = Object.entries(signed.query ?? {})
    .map(([key, value]) => `${encodeURIComponent(key)}=${encodeURIComponent(String(value))}`)
    .join('&');
  return `k8s-aws-v1.${Buffer.from(`https://${host}/?${query}`).toString('base64url')}`;
}

/** A configuration for the Kubernetes client, with a token that is good for a quarter of an hour. */
export async function connectCluster(eks: EKSClient, cluster: string): Promise<KubeConfig> {
  try {
    const { cluster: described } = await eks.send(new DescribeClusterCommand({ name: cluster }));
    const server = described?.endpoint ?? '';
    const caData = described?.certificateAuthority?.data ?? '';
    const config = new KubeConfig();
    config.loadFromOptions({
      clusters: [{ name: cluster, server, caData, skipTLSVerify: false }],
      users: [{ name: 'passage', token: await bearerToken(eks, cluster) }],
      contexts: [{ name: 'passage', cluster, user: 'passage' }],
      currentContext: 'passage',
    });
    return config;
  } catch (error) {
    if (error instanceof Error && error.name === 'ResourceNotFoundException') {
      throw new WorkflowError(
        'TargetNotFound',
        `There is no EKS cluster "${cluster}"; correct target.eks.cluster in the configuration.`,
        { cause: error },
      );
    }
    throw refused(`describe EKS cluster "${cluster}"`, error);
  }
}

const statusOf = (error: unknown): number | undefined => (error instanceof ApiException ? error.code : undefined);
export const isMissing = (error: unknown): boolean => statusOf(error) === 404;
export const isForbidden = (error: unknown): boolean => statusOf(error) === 403;
export const isConflict = (error: unknown): boolean => statusOf(error) === 409;

/** A Kubernetes API's refusal: a right that is missing or a thing that is not there is the target's. */
export function kubernetesRefused(what: string, error: unknown): WorkflowError {
  if (error instanceof WorkflowError) return error;
  const status = statusOf(error);
  if (status === 401 || status === 403) {
    return new WorkflowError(
      'TargetNotFound',
      `Kubernetes does not let Passage ${what} (${status}). Apply Passage's RBAC file to the cluster, and check its EKS access entries.`,
      { cause: error },
    );
  }
  if (status === 404) {
    return new WorkflowError(
      'TargetNotFound',
      `Kubernetes has nothing of that name, so Passage could not ${what}; check target.eks in the configuration.`,
      { cause: error },
    );
  }
  // An ApiException's message holds headers and body; only its status is safe to repeat.
  return new WorkflowError(
    'ServiceUnavailable',
    `Could not ${what}: ${status ? `Kubernetes answered ${status}` : error instanceof Error ? error.message : 'unknown failure'}`,
    { cause: error },
  );
}
