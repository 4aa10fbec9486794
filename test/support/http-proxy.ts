import { type ClientRequest, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** What happens to one request; undefined lets it pass. */
export type Mishap =
  /** It takes effect, and the connection ends before the answer. */
  | 'lose the reply'
  /** Half of the answer's body arrives, then the connection ends. */
  | 'cut the body'
  /** S3 answers so instead, and it takes no effect. */
  | { readonly status: 500 | 503; readonly code: 'InternalError' | 'SlowDown' };

export const slowDown: Mishap = { status: 503, code: 'SlowDown' };
export const internalError: Mishap = { status: 500, code: 'InternalError' };

export interface Passing {
  readonly method: string;
  /** Path and query, as sent. */
  readonly url: string;
}

export interface HttpProxy {
  readonly url: string;
  close(): Promise<void>;
}

/** Stands before an endpoint on loopback. Signatures stay valid: the request's Host is passed on as it came. */
export async function startHttpProxy(
  endpoint: string,
  mishap: (request: Passing) => Mishap | undefined,
): Promise<HttpProxy> {
  const { hostname, port } = new URL(endpoint);
  const server = createServer(async (incoming, outgoing) => {
    const { method = 'GET', url = '/', headers } = incoming;
    const met = mishap({ method, url });
    if (typeof met === 'object') {
      await text(incoming).catch(() => {});
      const body = `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${met.code}</Code><Message>Please try again.</Message></Error>`;
      outgoing.writeHead(met.status, { 'content-type': 'application/xml', 'content-length': body.length });
      outgoing.end(method === 'HEAD' ? undefined : body);
      return;
    }
    const forwarded = request({ hostname, port, method, path: url, headers, agent: false });
    incoming.pipe(forwarded);
    incoming.on('error', () => forwarded.destroy());
    await answer(forwarded, outgoing, met).catch(() => outgoing.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(forwarded: ClientRequest, outgoing: ServerResponse, met: Mishap | undefined): Promise<void> {
  const incoming = await new Promise<IncomingMessage>((resolve, reject) => {
    forwarded.once('response', resolve);
    forwarded.once('error', reject);
  });
  if (met === 'lose the reply') {
    for await (const _ of incoming);
    outgoing.destroy();
    return;
  }
  outgoing.writeHead(incoming.statusCode ?? 500, incoming.headers);
  let left = met === 'cut the body' ? Math.floor(Number(incoming.headers['content-length'] ?? 0) / 2) : Infinity;
  for await (const bytes of incoming as AsyncIterable<Buffer>) {
    outgoing.write(bytes.subarray(0, left));
    left -= bytes.length;
    if (left <= 0) break;
  }
  if (met !== 'cut the body') outgoing.end();
  // What was written is sent first: the client must be in the middle of it.
  else outgoing.socket?.end(() => outgoing.destroy());
}
