import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { request } from 'node:http';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Sha256 } from '@aws-crypto/sha256-js';
import {
  CreateBucketCommand,
  PutBucketPolicyCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { SignatureV4 } from '@smithy/signature-v4';
import { createS3 } from '../../../../lib/local/s3/s3.ts';
import { region, startAccount } from '../../account.ts';

interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** An S3 under test, with two empty buckets. */
export interface Subject {
  readonly url: string;
  readonly keys: Keys;
  /** May do everything that no bucket policy denies. */
  readonly client: S3Client;
  /** Another principal, whose own policies allow all of S3 but to list. */
  readonly other: S3Client;
  /** A bucket without versions. */
  readonly plain: string;
  readonly versioned: string;
  /** Gives a bucket a policy in place of the one that it has. */
  setPolicy(bucket: string, ...statements: object[]): Promise<void>;
  close(): Promise<void>;
}

const buckets = { plain: 'conformance-plain', versioned: 'conformance-versions' };

export const otherRole = 'arn:aws:iam::111122223333:role/Other';

/** The endpoint of this repository. */
export async function startOurs(): Promise<Subject> {
  const account = await startAccount(({ directory, authorize, clock }) => {
    const s3 = createS3({ directory: join(directory, 's3'), authorize, clock });
    s3.createBucket({ name: buckets.plain });
    s3.createBucket({ name: buckets.versioned, versioned: true });
    return [s3.endpoint];
  });
  const allowed = { Effect: 'Allow', NotAction: 's3:ListBucket', Resource: '*' };
  const configuration = account.client();
  const client = new S3Client(configuration);
  const other = new S3Client(account.client(account.role('Other', allowed)));
  return {
    ...buckets,
    url: account.url,
    keys: configuration.credentials,
    client,
    other,
    async setPolicy(bucket, ...Statement) {
      account.resourcePolicies.set(`arn:aws:s3:::${bucket}`, { Version: '2012-10-17', Statement });
    },
    async close() {
      // With a body that nobody has read, a connection stays for as long as its client.
      for (const each of [client, other]) each.destroy();
      await account.close();
    },
  };
}

/** The version of moto on PATH; undefined where there is none. */
export function motoVersion(): string | undefined {
  if (spawnSync('moto_server', ['--help']).status !== 0) return undefined;
  const { stdout } = spawnSync('python3', ['-c', 'import moto; print(moto.__version__)'], { encoding: 'utf8' });
  return stdout.trim() || 'of unknown version';
}

/** The S3 of moto, which others test their clients with. */
export async function startMoto(): Promise<Subject> {
  const server = spawn('moto_server', ['-H', '127.0.0.1', '-p', '0'], { stdio: ['ignore', 'ignore', 'pipe'] });
  const url = await addressOf(server);
  const configuration = (credentials: Keys) => ({ endpoint: url, region, credentials, maxAttempts: 1 });
  const keys = { accessKeyId: 'ada', secretAccessKey: 'secret' };
  const client = new S3Client(configuration(keys));
  const other = new S3Client(configuration({ accessKeyId: 'other', secretAccessKey: 'secret' }));
  for (const Bucket of Object.values(buckets)) {
    await client.send(
      new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint: 'eu-central-1' } }),
    );
  }
  await client.send(
    new PutBucketVersioningCommand({ Bucket: buckets.versioned, VersioningConfiguration: { Status: 'Enabled' } }),
  );
  return {
    ...buckets,
    ...{ url, keys, client, other },
    async setPolicy(Bucket, ...Statement) {
      const Policy = JSON.stringify({ Version: '2012-10-17', Statement });
      await client.send(new PutBucketPolicyCommand({ Bucket, Policy }));
    },
    async close() {
      for (const each of [client, other]) each.destroy();
      server.kill();
      if (server.exitCode === null && server.signalCode === null)
        await new Promise((resolve) => server.once('exit', resolve));
    },
  };
}

async function addressOf(server: ChildProcess): Promise<string> {
  const said: string[] = [];
  for await (const line of createInterface({ input: server.stderr! })) {
    const url = /Running on (http:\S+)/.exec(line)?.[1];
    // What it says from now on is read and forgotten: a full pipe would stop it.
    if (url) {
      server.stderr!.resume();
      return url;
    }
    said.push(line);
  }
  throw new Error(`moto_server ended before it listened: ${said.join('\n')}`);
}

export interface Handmade {
  readonly method: string;
  readonly bucket: string;
  readonly key?: string;
  readonly query?: Record<string, string>;
  readonly headers?: Record<string, string>;
  readonly keys?: Keys;
  /** Seconds that a presigned URL lives; without it the signature is in the headers. */
  readonly presign?: number;
  readonly signedAt?: Date;
}

/** Signs a request by hand, for what no SDK client would send. */
export async function sign({ url, keys }: Subject, asked: Handmade): Promise<{ url: string; headers: Headers }> {
  const { method, bucket, key = '', query = {}, headers = {}, presign, signedAt = new Date() } = asked;
  const signer = new SignatureV4({
    ...{ service: 's3', region, sha256: Sha256, uriEscapePath: false },
    credentials: asked.keys ?? keys,
  });
  const { host, hostname } = new URL(url);
  const path = `/${bucket}/${key.split('/').map(encodeURIComponent).join('/')}`;
  const unsigned = {
    ...{ method, path, query, hostname, protocol: 'http:' },
    headers: { host, 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD', ...headers } as Record<string, string>,
  };
  const signed = presign
    ? await signer.presign(unsigned, { expiresIn: presign, signingDate: signedAt })
    : await signer.sign(unsigned, { signingDate: signedAt });
  const search = new URLSearchParams(signed.query as Record<string, string>).toString().replaceAll('+', '%20');
  return { url: `${url}${path}${search && `?${search}`}`, headers: new Headers(signed.headers) };
}

export interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers: Headers;
}

export async function send(s3: Subject, asked: Handmade, body?: string | Buffer): Promise<Answer> {
  const { url, headers } = await sign(s3, asked);
  return fetchAnswer(url, { method: asked.method, headers, ...(body !== undefined && { body }) });
}

export async function fetchAnswer(url: string, options: RequestInit = {}): Promise<Answer> {
  const answer = await fetch(url, options);
  return { status: answer.status, body: await answer.text(), headers: answer.headers };
}

/** A PUT of `slow` whose first byte has arrived, as the 100-continue shows, and whose last one waits for `finish`. */
export async function startSlowly(s3: Subject, bucket: string, key: string, condition: Record<string, string>) {
  const put = { method: 'PUT', bucket, key, headers: { 'content-length': '4', ...condition } };
  const { url, headers } = await sign(s3, put);
  const outgoing = request(url, {
    method: 'PUT',
    headers: { ...Object.fromEntries(headers), expect: '100-continue' },
  });
  const status = new Promise<number | undefined>((resolve, reject) => {
    outgoing.on('error', reject);
    outgoing.on('response', (incoming) => {
      incoming.resume();
      incoming.on('end', () => resolve(incoming.statusCode));
    });
  });
  outgoing.flushHeaders();
  await new Promise((resolve) => outgoing.once('continue', resolve));
  return {
    finish() {
      outgoing.end('slow');
      return status;
    },
  };
}

/** What a call failed with, as its caller sees it. */
export async function failure(call: Promise<unknown>): Promise<{ code: string; status: number | undefined }> {
  try {
    await call;
  } catch (error) {
    const { name, $metadata } = error as { name: string; $metadata?: { httpStatusCode?: number } };
    return { code: name, status: $metadata?.httpStatusCode };
  }
  throw new Error('The call was expected to fail, and did not.');
}

export const putText = ({ client }: Subject, Bucket: string, Key: string, Body = Key, more: object = {}) =>
  client.send(
    // Of an empty text the SDK client does not see the length by itself.
    new PutObjectCommand({ Bucket, Key, Body, ...(Body === '' && { ContentLength: 0 }), ...more }),
  );
