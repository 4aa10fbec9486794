import { once } from 'node:events';
import {
  Agent,
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a listener does with a request, as ELBv2 names it. */
export type Action =
  | { readonly type: 'forward' /** `127.0.0.1:41234`; none: 503. */; readonly targets: readonly string[] }
  | { readonly type: 'fixed-response'; readonly status: number; readonly contentType: string; readonly body: string };

export interface ListenerRequest {
  readonly method: string;
  /** Without its port. */
  readonly host: string;
  /** Without its query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
}

type Scheme = 'internet-facing' | 'internal';

/** A listener as ELBv2 tells of it. The proxy answers for all of them on its one port, and without TLS. */
export interface Listener {
  readonly port: number;
  readonly protocol: 'HTTP' | 'HTTPS';
  /** ARNs, the default one first; the others are for the names that clients say. */
  readonly certificates?: readonly string[];
}

export interface LoadBalancerOptions {
  /** `acme-ecs-123.eu-west-1.elb.amazonaws.com` */
  readonly hostname: string;
  /** Asked at every request. */
  readonly route: (request: ListenerRequest) => Action;
  /** `internet-facing` unless given. */
  readonly scheme?: Scheme;
  /** HTTP on port 80 unless given. */
  readonly listeners?: readonly Listener[];
}

export interface LoadBalancer {
  readonly hostname: string;
  /** Of 127.0.0.1. */
  readonly port: number;
  readonly scheme: Scheme;
  readonly listeners: readonly Listener[];
  /** How many requests were answered with each status since the start: `{ 200: 12, 503: 3 }`. */
  requests(): Readonly<Record<number, number>>;
  close(): Promise<void>;
}

/** An ALB gives up on a target that says nothing for this long. */
const IDLE_TIMEOUT_MS = 60_000;

/** Headers that belong to one connection and are not passed on. */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** Starts an HTTP reverse proxy on 127.0.0.1. */
export async function startLoadBalancer({
  hostname,
  route,
  scheme = 'internet-facing',
  listeners = [{ port: 80, protocol: 'HTTP' }],
}: LoadBalancerOptions): Promise<LoadBalancer> {
  const counts = new Map<number, number>();
  const agent = new Agent({ keepAlive: true });
  let turn = 0;

  const server = createServer((incoming, outgoing) => {
    // A client that goes away while it is answered counts with the status that it would have got.
    outgoing.once('close', () => counts.set(outgoing.statusCode, (counts.get(outgoing.statusCode) ?? 0) + 1));
    const action = route(listenerRequest(incoming));
    if (action.type === 'fixed-response') {
      incoming.resume();
      return answer(outgoing, action.status, action.contentType, action.body);
    }
    turn += 1;
    const target = action.targets[turn % action.targets.length];
    if (target === undefined) {
      incoming.resume();
      return answer(outgoing, 503);
    }
    forward(target, agent, incoming, outgoing);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    hostname,
    scheme,
    listeners,
    port: (server.address() as AddressInfo).port,
    requests: () => Object.fromEntries(counts),
    async close() {
      server.close();
      server.closeAllConnections();
      agent.destroy();
      await once(server, 'close');
    },
  };
}

function listenerRequest({ method = 'GET', url = '/', headers }: IncomingMessage): ListenerRequest {
  return {
    method,
    headers,
    host: (headers.host ?? '').replace(/:\d+$/, '').toLowerCase(),
    path: url.replace(/\?.*$/, ''),
  };
}

function forward(target: string, agent: Agent, incoming: IncomingMessage, outgoing: ServerResponse): void {
  const [host, port] = target.split(':');
  const passedOn = (headers: IncomingHttpHeaders) =>
    Object.fromEntries(Object.entries(headers).filter(([name]) => !HOP_BY_HOP.has(name)));
  const upstream = request({
    host,
    port,
    agent,
    method: incoming.method,
    path: incoming.url,
    timeout: IDLE_TIMEOUT_MS,
    headers: {
      ...passedOn(incoming.headers),
      'x-forwarded-for': [incoming.headers['x-forwarded-for'], incoming.socket.remoteAddress]
        .filter(Boolean)
        .join(', '),
      'x-forwarded-proto': 'http',
    },
  });
  upstream.once('response', (response) => {
    outgoing.writeHead(response.statusCode ?? 502, passedOn(response.headers));
    response.once('error', () => outgoing.destroy()).pipe(outgoing);
  });
  upstream.once('timeout', () => {
    if (!outgoing.headersSent) answer(outgoing, 504);
    upstream.destroy();
  });
  upstream.once('error', () => {
    // Half an answer cannot be taken back: the client must see a broken connection.
    if (outgoing.headersSent) outgoing.destroy();
    else answer(outgoing, 502);
  });
  outgoing.once('close', () => upstream.destroy());
  incoming.pipe(upstream);
}

const TITLES: Readonly<Record<number, string>> = {
  502: '502 Bad Gateway',
  503: '503 Service Temporarily Unavailable',
  504: '504 Gateway Time-out',
};

function answer(outgoing: ServerResponse, status: number, contentType = 'text/html', body?: string): void {
  const title = TITLES[status] ?? String(status);
  const text =
    body ??
    `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n</body>\r\n</html>\r\n`;
  outgoing.writeHead(status, {
    server: 'awselb/2.0',
    'content-type': contentType,
    'content-length': Buffer.byteLength(text),
  });
  outgoing.end(text);
}
