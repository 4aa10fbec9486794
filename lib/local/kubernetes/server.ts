import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { type Duplex, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ApiAnswer, ApiRequest } from './api.ts';
import type { User } from './authentication.ts';
import type { Certificates } from './certificates.ts';
import type { Forward } from './port-forward.ts';
import { fromProtobuf } from './protobuf.ts';
import { badRequest, StatusError } from './status.ts';

interface ApiServer {
  /** `https://127.0.0.1:41234` */
  readonly url: string;
  close(): Promise<void>;
}

/** Objects are stored in etcd, which takes 1.5 MB. */
const LONGEST_BODY = 1.5 * 1024 * 1024;

/** Serves the API over HTTPS on 127.0.0.1. */
export async function startApiServer(
  { certificate, key }: Certificates,
  authenticate: (authorization: string | undefined) => User,
  handle: (request: ApiRequest) => Promise<ApiAnswer>,
  forward: Forward,
): Promise<ApiServer> {
  const server = createServer({ cert: certificate, key }, async (incoming, outgoing) => {
    try {
      const user = authenticate(incoming.headers.authorization);
      refuseImpersonation(incoming);
      await send(outgoing, await handle(await requestOf(incoming, user)));
    } catch (error) {
      // The client of a watch or of a log has left.
      if (outgoing.headersSent) return void outgoing.destroy();
      const { code, body } = statusOf(error);
      incoming.resume();
      await send(outgoing, { status: code, body, type: 'application/json' }).catch(() => outgoing.destroy());
    }
  });
  const tunnels = new Set<Duplex>();
  server.on('upgrade', (incoming: IncomingMessage, socket: Duplex) => {
    tunnels.add(socket);
    socket.once('close', () => tunnels.delete(socket));
    try {
      const user = authenticate(incoming.headers.authorization);
      refuseImpersonation(incoming);
      forward(incoming, socket, user);
    } catch (error) {
      const { code, body } = statusOf(error);
      socket.end(`HTTP/1.1 ${code} Refused\r\nConnection: close\r\nContent-Type: application/json\r\n\r\n${body}`);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.close();
      server.closeAllConnections();
      for (const socket of tunnels) socket.destroy();
      await once(server, 'close');
    },
  };
}

/** `kubectl --as`: taken for nothing, it would run with the rights of the one who asks. */
function refuseImpersonation({ headers }: IncomingMessage): void {
  if (headers['impersonate-user'] !== undefined) throw badRequest('Impersonation is not simulated.');
}

async function requestOf(incoming: IncomingMessage, user: User): Promise<ApiRequest> {
  const url = new URL(incoming.url ?? '/', 'https://kubernetes');
  const contentType = incoming.headers['content-type'] ?? 'application/json';
  const protobuf = contentType === 'application/vnd.kubernetes.protobuf';
  if (!protobuf && !/json/.test(contentType)) {
    const hint = /apply-patch/.test(contentType) ? ': apply on the client (without --server-side)' : '';
    throw new StatusError(
      415,
      'UnsupportedMediaType',
      `the body is ${contentType}; this cluster reads JSON only${hint}`,
    );
  }
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of incoming as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > LONGEST_BODY) throw new StatusError(413, 'RequestEntityTooLarge', `limit is ${LONGEST_BODY}`);
    parts.push(part);
  }
  return {
    method: incoming.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    contentType,
    accept: incoming.headers.accept ?? '',
    body: protobuf ? fromProtobuf(Buffer.concat(parts)) : parse(parts),
    user,
  };
}

function statusOf(error: unknown): { code: number; body: string } {
  const failure = error instanceof StatusError ? error : new StatusError(500, 'InternalError', String(error));
  return { code: failure.code, body: JSON.stringify(failure.body()) };
}

function parse(parts: readonly Buffer[]): unknown {
  const text = Buffer.concat(parts).toString('utf8');
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw badRequest('the body is not JSON');
  }
}

async function send(outgoing: ServerResponse, { status, body, type }: ApiAnswer): Promise<void> {
  if (body instanceof Readable) {
    outgoing.writeHead(status, { 'content-type': type ?? 'application/json' });
    // A watch may have nothing to tell for long: its client waits for these.
    outgoing.flushHeaders();
    return pipeline(body, outgoing);
  }
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const contentType = type ?? (typeof body === 'string' ? 'text/plain' : 'application/json');
  outgoing.writeHead(status, { 'content-type': contentType, 'content-length': Buffer.byteLength(text) }).end(text);
}
