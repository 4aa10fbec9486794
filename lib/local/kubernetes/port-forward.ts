import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import type { User } from './authentication.ts';
import { authorize } from './authorization.ts';
import type { ObjectStore } from './object-store.ts';
import { PODS, type Pod } from './objects.ts';
import { badRequest } from './status.ts';
import { acceptWebSocket } from './web-socket.ts';

const PATH = /^\/api\/v1\/namespaces\/([^/]+)\/pods\/([^/]+)\/portforward$/;
const PROTOCOL = 'v4.channel.k8s.io';
/** Channels of the first and only port: what flows, and what went wrong. */
const [DATA, ERROR] = [0, 1];

export type Forward = (incoming: IncomingMessage, socket: Duplex, user: User) => void;

/** `kubectl port-forward` over a WebSocket, one port at a time; throws a StatusError for what it refuses. */
export const createPortForward =
  (store: ObjectStore): Forward =>
  (incoming, socket, user) => {
    const url = new URL(incoming.url ?? '/', 'https://kubernetes');
    const [, namespace, name = ''] = PATH.exec(decodeURI(url.pathname)) ?? [];
    if (namespace === undefined) throw badRequest('only the ports of pods are forwarded here');
    authorize(user, { verb: 'get', resource: PODS, subresource: 'portforward', namespace, name }, store);
    const pod = store.get<Pod>(PODS, namespace, name);
    if (pod.status.phase !== 'Running') {
      throw badRequest(`unable to forward port because pod is not running. Current status=${pod.status.phase}`);
    }
    if (!incoming.headers['sec-websocket-protocol']?.includes(PROTOCOL)) throw badRequest(`${PROTOCOL} is spoken here`);
    const port = Number(url.searchParams.get('ports'));
    const stated = pod.spec.containers.flatMap(({ ports = [] }) => ports);
    const upstream = connect(stated.find(({ containerPort }) => containerPort === port)?.hostPort ?? port, '127.0.0.1');
    const webSocket = acceptWebSocket(incoming, socket, PROTOCOL, {
      message: (message) => {
        if (message[0] === DATA) upstream.write(message.subarray(1));
      },
      ended: () => upstream.destroy(),
    });
    const number = Buffer.alloc(2);
    number.writeUInt16LE(port);
    for (const channel of [DATA!, ERROR!]) webSocket.send(Buffer.concat([Buffer.from([channel]), number]));
    upstream.on('data', (data) => webSocket.send(Buffer.concat([Buffer.from([DATA!]), data])));
    upstream.on('error', ({ message }) => {
      const told = `error forwarding port ${port} to pod ${pod.metadata.uid}: ${message}`;
      webSocket.send(Buffer.concat([Buffer.from([ERROR!]), Buffer.from(told)]));
    });
    upstream.on('close', () => webSocket.close());
  };
