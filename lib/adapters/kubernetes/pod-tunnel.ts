import { once } from 'node:events';
import { request } from 'node:http';
import { Duplex, PassThrough } from 'node:stream';
import { ApiException, type KubeConfig, PortForward } from '@kubernetes/client-node';

export interface Question {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  /** The name under which the application is asked. */
  readonly host: string;
  /** Of the application itself; never shown. */
  readonly token?: string;
  readonly body?: object;
}

export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** An application that has only just started answers in milliseconds, or is not well. */
const TIMEOUT_MS = 10_000;
const LARGEST_ANSWER = 1_000_000;

/**
 * Asks an application in a pod over a port that the API server forwards, as `kubectl port-forward` does: no network
 * but the API server's is needed, and what is sent reaches the application as it is. (The API server's HTTP proxy
 * would take the Authorization header for its own.)
 */
export async function askPod(
  config: KubeConfig,
  { namespace, pod, port }: { readonly namespace: string; readonly pod: string; readonly port: number },
  { method, path, host, token, body }: Question,
): Promise<Answer> {
  const received = new PassThrough();
  const sent = new PassThrough();
  const refused = new PassThrough();
  const forwarded = await new PortForward(config)
    .portForward(namespace, pod, [port], received, refused, sent)
    .catch((error: unknown) => {
      // The client tells the answer to its handshake in words only.
      const told = error instanceof Error ? error.message : (error as { message?: string }).message;
      const [, status] = /Unexpected server response: (\d{3})/.exec(told ?? '') ?? [];
      throw status ? new ApiException(Number(status), 'refused', '', {}) : new Error(told ?? 'no connection');
    });
  const socket = typeof forwarded === 'function' ? forwarded() : forwarded;
  const text = body === undefined ? undefined : JSON.stringify(body);
  const stream = Duplex.from({ writable: sent, readable: received });
  try {
    const asked = request({
      method,
      path,
      createConnection: () => stream,
      signal: AbortSignal.timeout(TIMEOUT_MS),
      headers: {
        host,
        connection: 'close',
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(text !== undefined && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
      },
    });
    refused.once('data', (reason: Buffer) => asked.destroy(new Error(reason.toString('utf8').trim())));
    asked.end(text);
    const [response] = (await once(asked, 'response')) as [import('node:http').IncomingMessage];
    const parts: Buffer[] = [];
    let length = 0;
    for await (const part of response as AsyncIterable<Buffer>) {
      length += part.length;
      if (length > LARGEST_ANSWER) throw new Error('the answer is longer than 1 MB');
      parts.push(part);
    }
    return { status: response.statusCode ?? 0, body: Buffer.concat(parts).toString('utf8') };
  } finally {
    stream.destroy();
    socket?.close();
  }
}
