import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';
import { systemClock } from '../../lib/local/clock.ts';
import { createAuthorize } from '../../lib/local/iam/authorize.ts';
import { type AccessKeys, type Credentials, createCredentials } from '../../lib/local/iam/credentials.ts';
import type { PolicyDocument } from '../../lib/local/iam/policies.ts';
import type { Authorize, Endpoint } from '../../lib/local/wire/endpoint.ts';
import { startGateway } from '../../lib/local/wire/gateway.ts';

export const accountId = '111122223333';
export const region = 'eu-central-1';

/** A simulated account for one test file: a folder, keys, policies that tests may add to, and a clock that they may shift. */
export interface Account {
  readonly directory: string;
  readonly url: string;
  readonly clock: typeof systemClock & { skew: number };
  readonly credentials: Credentials;
  readonly identityPolicies: Map<string, PolicyDocument[]>;
  readonly resourcePolicies: Map<string, PolicyDocument>;
  /** What endpoints threw that was not an AwsError. */
  readonly defects: unknown[];
  /** Configuration of an SDK client: the administrator's unless other keys are given. */
  client(keys?: AccessKeys): { endpoint: string; region: string; credentials: AccessKeys; maxAttempts: number };
  /** Keys of a role that may do what the statements say. */
  role(name: string, ...statements: object[]): AccessKeys;
  /** A request signed by hand, for what no SDK client would send. Without `presign`, the signature is in the headers. */
  sign(
    service: string,
    request: HandmadeRequest,
    keys?: AccessKeys,
  ): Promise<{ url: string; headers: Record<string, string> }>;
  close(): Promise<void>;
}

export interface HandmadeRequest {
  readonly method: string;
  readonly path: string;
  readonly query?: Record<string, string>;
  readonly headers?: Record<string, string>;
  /** Seconds that the presigned URL lives. */
  readonly presign?: number;
}

export interface AccountContext {
  readonly directory: string;
  readonly authorize: Authorize;
  readonly clock: Account['clock'];
  readonly credentials: Credentials;
}

export async function startAccount(endpoints: (context: AccountContext) => readonly Endpoint[]): Promise<Account> {
  const directory = mkdtempSync(join(tmpdir(), 'account-'));
  const clock = { ...systemClock, skew: 0, now: () => Date.now() + clock.skew };
  const credentials = createCredentials({ clock, accountId });
  const identityPolicies = new Map<string, PolicyDocument[]>();
  const resourcePolicies = new Map<string, PolicyDocument>();
  const authorize = createAuthorize({ identityPolicies, resourcePolicies });
  const defects: unknown[] = [];
  const gateway = await startGateway({
    endpoints: endpoints({ directory, authorize, clock, credentials }),
    credentials,
    clock,
    region,
    onDefect: (error) => defects.push(error),
  });
  const administrator = credentials.addUser('ada', { administrator: true });
  return {
    directory,
    url: gateway.url,
    clock,
    credentials,
    identityPolicies,
    resourcePolicies,
    defects,
    client: (keys = administrator) => ({ endpoint: gateway.url, region, credentials: keys, maxAttempts: 1 }),
    role(name, ...statements) {
      const arn = `arn:aws:iam::${accountId}:role/${name}`;
      identityPolicies.set(arn, [{ Version: '2012-10-17', Statement: statements }]);
      return credentials.mint(arn, 'test');
    },
    async sign(service, { method, path, query = {}, headers = {}, presign }, keys = administrator) {
      const signer = new SignatureV4({
        service,
        region,
        credentials: keys,
        sha256: Sha256,
        uriEscapePath: service !== 's3',
      });
      const { host, hostname } = new URL(gateway.url);
      const request = {
        method,
        path,
        query,
        protocol: 'http:',
        hostname,
        headers: { host, ...headers } as Record<string, string>,
      };
      // As S3's presigner does; STS signs the hash of its empty body.
      if (service === 's3') request.headers['x-amz-content-sha256'] ??= 'UNSIGNED-PAYLOAD';
      const signed = presign ? await signer.presign(request, { expiresIn: presign }) : await signer.sign(request);
      const search = new URLSearchParams(signed.query as Record<string, string>).toString().replaceAll('+', '%20');
      return { url: `${gateway.url}${path}${search && `?${search}`}`, headers: signed.headers };
    },
    async close() {
      await gateway.close();
      rmSync(directory, { recursive: true });
    },
  };
}
