import { Readable } from 'node:stream';
import type { Json } from '../engine/engine.ts';
import type { Endpoint, Principal } from '../wire/endpoint.ts';

/** Calls an operation of a JSON endpoint from within, as a principal whose signature nobody needs to check. */
export async function callAs(endpoint: Endpoint, principal: Principal, target: string, input: unknown): Promise<Json> {
  const body = Buffer.from(JSON.stringify(input));
  const { body: answer } = await endpoint.handle({
    method: 'POST',
    path: '/',
    query: new URLSearchParams(),
    headers: { 'x-amz-target': target },
    principal,
    payloadHash: 'UNSIGNED-PAYLOAD',
    stream: Readable.from([body]),
    body: async () => body,
  });
  return JSON.parse(String(answer)) as Json;
}
