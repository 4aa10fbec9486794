import type { Clock } from '../clock.ts';
import type { Principal } from '../wire/endpoint.ts';
import { unauthorized } from './status.ts';

/** Who may enter the cluster, and as a member of which groups: an EKS access entry. */
export interface AccessEntry {
  /** Of the IAM role (not of its session) or user. */
  readonly principalArn: string;
  readonly kubernetesGroups?: readonly string[];
  /** EKS access policies, cluster-wide: only `AmazonEKSClusterAdminPolicy` exists here, which allows everything. */
  readonly policies?: readonly string[];
}

export interface User {
  readonly name: string;
  readonly groups: readonly string[];
}

export interface AuthenticationOptions {
  readonly clusterName: string;
  readonly region: string;
  readonly clock: Clock;
  readonly accessEntries: () => readonly AccessEntry[];
  /** Where the simulated STS answers: `aws eks get-token` signs for it where it is told of it. */
  readonly stsUrl?: () => string | undefined;
  /** Checks the signature of the URL with these headers covered by it; throws when it is not good. */
  readonly verifyPresigned: (url: string, headers: Readonly<Record<string, string>>) => Principal;
}

const PREFIX = 'k8s-aws-v1.';

/** EKS accepts a token for 15 minutes from its signing, whatever `X-Amz-Expires` says. */
const TOKEN_LIFE_MS = 15 * 60_000;

/** The cluster's administrators in Kubernetes' own terms. */
const MASTERS = 'system:masters';

/** Finds the user of a request by its bearer token, a presigned STS GetCallerIdentity for this cluster; or 401. */
export function authenticate(authorization: string | undefined, options: AuthenticationOptions): User {
  const token = /^Bearer (\S+)$/.exec(authorization ?? '')?.[1];
  if (!token?.startsWith(PREFIX)) throw unauthorized();
  const principal = principalOf(Buffer.from(token.slice(PREFIX.length), 'base64url').toString('utf8'), options);
  const entry = options
    .accessEntries()
    .find(({ principalArn }) => principalArn === (principal.roleArn ?? principal.arn));
  if (!entry) throw unauthorized();
  const administrator = entry.policies?.some((policy) => policy.endsWith('AmazonEKSClusterAdminPolicy'));
  return {
    name: principal.arn,
    groups: [...(entry.kubernetesGroups ?? []), ...(administrator ? [MASTERS] : []), 'system:authenticated'],
  };
}

function principalOf(
  text: string,
  { clusterName, region, stsUrl, clock, verifyPresigned }: AuthenticationOptions,
): Principal {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const origins = [`https://sts.${region}.amazonaws.com`, 'https://sts.amazonaws.com', stsUrl?.()];
  if (url?.pathname !== '/' || !origins.includes(url.origin)) throw unauthorized();
  const query = url.searchParams;
  if (query.get('Action') !== 'GetCallerIdentity') throw unauthorized();
  const signed = query.get('X-Amz-Date')?.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z');
  const age = clock.now() - Date.parse(signed ?? '');
  // Not NaN, and neither too old nor from the future.
  if (!(Math.abs(age) <= TOKEN_LIFE_MS)) throw unauthorized();
  // A token for another cluster is of no use here: the cluster's name is a signed header.
  if (!query.get('X-Amz-SignedHeaders')?.split(';').includes('x-k8s-aws-id')) throw unauthorized();
  try {
    return verifyPresigned(text, { 'x-k8s-aws-id': clusterName });
  } catch {
    throw unauthorized();
  }
}
