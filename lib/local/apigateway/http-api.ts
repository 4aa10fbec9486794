import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import type { HttpApi } from '../assembly/triggers.ts';
import type { Clock } from '../clock.ts';
import type { LambdaRuntime } from '../lambda/runtime.ts';
import { freePort } from '../processes/free-port.ts';
import { openStateFile } from '../state-file.ts';
import { type Authorize, AwsError } from '../wire/endpoint.ts';
import { findRoute, type RouteMatch } from './routes.ts';

export interface HttpApiServer {
  /** `http://127.0.0.1:<port>`: what stands for the API's address on AWS. */
  readonly url: string;
  close(): Promise<void>;
}

interface HttpApiOptions {
  /** Remembers the address: links that people were sent still lead here after another start. */
  readonly directory: string;
  readonly clock: Clock;
  readonly region: string;
  readonly accountId: string;
}

/** What an API answers with and to. */
interface HttpApiBackend {
  readonly api: HttpApi;
  readonly lambda: LambdaRuntime;
  readonly authorize: Authorize;
}

/** API Gateway refuses longer ones. */
const LONGEST_BODY = 10 * 1024 * 1024;

/**
 * Listens for an HTTP API whose functions come later: their environment names its address. Until the backend is
 * there it answers 503.
 */
export async function startHttpApi(
  options: HttpApiOptions,
  backend: () => HttpApiBackend | undefined,
): Promise<HttpApiServer> {
  const server = createServer((incoming, outgoing) => {
    answer(incoming, options, backend()).then(
      (response) => send(outgoing, response),
      (error) => {
        // Without permission to invoke, API Gateway says no more than this either.
        if (!(error instanceof AwsError)) console.error('The simulated HTTP API failed:', error);
        send(outgoing, message(500, 'Internal Server Error'));
      },
    );
  });
  const remembered = openStateFile<{ port?: number }>(join(options.directory, 'address.json'), {});
  remembered.value.port = await listen(server, remembered.value.port);
  remembered.save();
  return {
    url: `http://127.0.0.1:${remembered.value.port}`,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
        server.closeAllConnections();
      }),
  };
}

/** On the port of the last time, unless another program has it by now. @returns the port */
async function listen(server: Server, wanted: number | undefined): Promise<number> {
  for (let port = wanted ?? (await freePort()); ; port = await freePort()) {
    try {
      server.listen(port, '127.0.0.1');
      await once(server, 'listening');
      return port;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    }
  }
}

interface Response {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: string | Buffer;
}

const message = (status: number, text: string): Response => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ message: text }),
});

async function answer(
  incoming: IncomingMessage,
  options: HttpApiOptions,
  backend: HttpApiBackend | undefined,
): Promise<Response> {
  if (!backend) return message(503, 'Service Unavailable');
  const { api, lambda, authorize } = backend;
  const url = new URL(incoming.url ?? '/', 'http://127.0.0.1');
  const match = findRoute(api.routes, incoming.method ?? 'GET', url.pathname);
  if (!match) return message(404, 'Not Found');
  const body = await read(incoming);
  if (!body) return message(413, 'Request Entity Too Large');
  const service = { arn: 'apigateway.amazonaws.com' };
  const route = match.route.routeKey.replace(/ \/?/, '/');
  const source = `arn:aws:execute-api:${options.region}:${options.accountId}:${api.id}/$default/${route}`;
  authorize(service, 'lambda:InvokeFunction', match.route.functionArn, { 'aws:SourceArn': source });
  const event = proxyEvent(incoming, url, body, match, api.id, options);
  const { ok, payload } = await lambda.invoke(match.route.functionArn, JSON.stringify(event));
  return ok ? fromFunction(JSON.parse(payload)) : message(500, 'Internal Server Error');
}

/** The event of payload format 2.0. */
function proxyEvent(
  incoming: IncomingMessage,
  url: URL,
  body: Buffer,
  { route, pathParameters }: RouteMatch,
  apiId: string,
  { clock, accountId }: HttpApiOptions,
): object {
  const { cookie, ...others } = incoming.headers;
  const headers = Object.fromEntries(Object.entries(others).map(([name, value]) => [name, [value].flat().join(',')]));
  const query = [...new Set(url.searchParams.keys())].map((name) => [name, url.searchParams.getAll(name).join(',')]);
  const isText = /^(text\/|application\/(json|javascript|xml|x-www-form-urlencoded))/.test(
    incoming.headers['content-type'] ?? 'text/plain',
  );
  const now = clock.now();
  return {
    version: '2.0',
    routeKey: route.routeKey,
    rawPath: url.pathname,
    rawQueryString: url.search.slice(1),
    ...(cookie && { cookies: cookie.split('; ') }),
    headers,
    ...(query.length > 0 && { queryStringParameters: Object.fromEntries(query) }),
    ...(Object.keys(pathParameters).length > 0 && { pathParameters }),
    requestContext: {
      accountId,
      apiId,
      domainName: incoming.headers.host ?? '127.0.0.1',
      domainPrefix: apiId,
      http: {
        method: incoming.method,
        path: url.pathname,
        protocol: `HTTP/${incoming.httpVersion}`,
        sourceIp: incoming.socket.remoteAddress ?? '127.0.0.1',
        userAgent: incoming.headers['user-agent'] ?? '',
      },
      requestId: randomUUID(),
      routeKey: route.routeKey,
      stage: '$default',
      time: new Date(now).toISOString(),
      timeEpoch: now,
    },
    ...(body.length > 0 && { body: isText ? body.toString('utf8') : body.toString('base64') }),
    isBase64Encoded: body.length > 0 && !isText,
  };
}

/** What a function may answer: the structured form, or anything else as the body of a 200. */
function fromFunction(result: unknown): Response {
  if (typeof result !== 'object' || result === null || !('statusCode' in result)) {
    const body = typeof result === 'string' ? result : JSON.stringify(result);
    return { status: 200, headers: { 'content-type': 'application/json' }, body };
  }
  const { statusCode, headers, cookies, body, isBase64Encoded } = result as {
    statusCode: unknown;
    headers?: Record<string, unknown>;
    cookies?: string[];
    body?: string;
    isBase64Encoded?: boolean;
  };
  const texts = Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), String(value)]);
  return {
    status: Number(statusCode),
    headers: { 'content-type': 'text/plain', ...Object.fromEntries(texts), ...(cookies && { 'set-cookie': cookies }) },
    body: isBase64Encoded ? Buffer.from(body ?? '', 'base64') : (body ?? ''),
  };
}

async function read(incoming: IncomingMessage): Promise<Buffer | undefined> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of incoming) {
    size += part.length;
    if (size > LONGEST_BODY) return undefined;
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function send(outgoing: ServerResponse, { status, headers, body }: Response): void {
  outgoing.writeHead(status, { 'content-length': Buffer.byteLength(body), ...(headers as Record<string, string>) });
  outgoing.end(body);
}
