import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { AwsError, type Endpoint, type Protocol, type SignedRequest, type WireResponse } from './endpoint.ts';
import { asAwsError, renderError } from './render.ts';
import {
  checkSignature,
  chunkSignatures,
  declaredPayloadHash,
  type RequestParts,
  readSignature,
  sha256,
  type Verifier,
} from './sigv4.ts';

export interface Gateway {
  /** What `AWS_ENDPOINT_URL` is set to: every SDK client of the simulated account reaches its service through it. */
  readonly url: string;
  readonly port: number;
  /** Ends open connections too. */
  close(): Promise<void>;
}

interface GatewayOptions extends Verifier {
  readonly endpoints: readonly Endpoint[];
  readonly region: string;
  /** Called with what an endpoint threw that is not an AwsError: a defect. Written to standard error unless given. */
  readonly onDefect?: (error: unknown, service: string) => void;
}

/** The small services' bodies: Lambda's payload of 6 MB is the longest that AWS takes. */
const LONGEST_BODY = 8 * 1024 * 1024;
/** Services that AWS signs for one region wherever the caller is. */
const GLOBAL_SERVICES = new Set(['route53', 'sts', 'iam']);

/** Starts the one door of the simulated account: checks the signature, finds the service by its scope, renders errors. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const endpoints = new Map(options.endpoints.map((endpoint) => [endpoint.service, endpoint]));
  if (endpoints.size !== options.endpoints.length) throw new Error('Two endpoints answer for the same service.');
  const onDefect = options.onDefect ?? ((error, service) => console.error(`The simulated ${service} failed:`, error));

  const server = createServer({ requestTimeout: 0 }, async (incoming, outgoing) => {
    const requestId = randomUUID();
    let protocol = guessProtocol(incoming, endpoints);
    let service = 'gateway';
    const headers = {
      'x-amzn-requestid': requestId,
      'x-amz-request-id': requestId,
      date: new Date(options.clock.now()).toUTCString(),
    };
    try {
      const parts = requestParts(incoming);
      const signature = readSignature(parts);
      service = signature.service;
      const endpoint = endpoints.get(service);
      if (!endpoint) throw new AwsError('UnknownServiceException', 501, `The simulated account has no ${service}.`);
      protocol = endpoint.protocol ?? 'rest-json';
      if (signature.region !== options.region && !GLOBAL_SERVICES.has(service)) {
        throw new AwsError(
          'SignatureDoesNotMatch',
          403,
          `Credential should be scoped to a valid region, not '${signature.region}'.`,
        );
      }
      let whole: Promise<Buffer> | undefined;
      const body = () => {
        whole ??= readAll(incoming);
        return whole;
      };
      const payloadHash = declaredPayloadHash(parts, signature) ?? sha256(await body());
      const credential = checkSignature(parts, signature, payloadHash, options);
      const request: SignedRequest = {
        method: parts.method,
        path: parts.path,
        query: new URLSearchParams(parts.search),
        headers: parts.headers,
        principal: credential.principal,
        payloadHash,
        stream: incoming,
        ...(payloadHash.startsWith('STREAMING-AWS4-HMAC-SHA256') && {
          nextChunkSignature: chunkSignatures(signature, credential),
        }),
        body: async () => checked(await body(), payloadHash),
      };
      await send(outgoing, await endpoint.handle(request), headers);
    } catch (error) {
      if (!(error instanceof AwsError) && !outgoing.destroyed) onDefect(error, service);
      // Half an answer cannot be taken back: the client must see a broken connection, not a short body.
      if (outgoing.headersSent) return void outgoing.destroy();
      incoming.resume();
      const answer = renderError(asAwsError(error), protocol, requestId);
      await send(outgoing, incoming.method === 'HEAD' ? { ...answer, body: undefined } : answer, headers).catch(() =>
        outgoing.destroy(),
      );
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
        server.closeAllConnections();
      }),
  };
}

/**
 * Before the signature is read, only the shape of the request tells how its client wants an error. What is signed in a
 * query, or not at all, is a link that somebody opened: those are S3's.
 */
function guessProtocol({ headers }: IncomingMessage, endpoints: ReadonlyMap<string, Endpoint>): Protocol {
  if (headers['x-amz-target']) return 'json';
  return !headers.authorization && endpoints.has('s3') ? 's3' : 'rest-json';
}

function requestParts({ method = 'GET', url = '/', headers }: IncomingMessage): RequestParts {
  const at = url.indexOf('?');
  return { method, path: at < 0 ? url : url.slice(0, at), search: at < 0 ? '' : url.slice(at + 1), headers };
}

async function readAll(stream: Readable): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of stream) {
    size += part.length;
    if (size > LONGEST_BODY)
      throw new AwsError('RequestEntityTooLarge', 413, `The request is longer than ${LONGEST_BODY} bytes.`);
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function checked(body: Buffer, payloadHash: string): Buffer {
  if (/^[0-9a-f]{64}$/.test(payloadHash) && sha256(body) !== payloadHash) {
    throw new AwsError('PayloadHashMismatch', 400, 'The body that arrived is not the body that was signed.');
  }
  return body;
}

async function send(
  outgoing: ServerResponse,
  answer: WireResponse,
  common: Readonly<Record<string, string>>,
): Promise<void> {
  outgoing.writeHead(answer.status, {
    ...common,
    ...(typeof answer.body === 'string' || Buffer.isBuffer(answer.body)
      ? { 'content-length': Buffer.byteLength(answer.body) }
      : {}),
    ...answer.headers,
  });
  if (answer.body instanceof Readable) await pipeline(answer.body, outgoing);
  else outgoing.end(answer.body);
}
