import { createSocket, type Socket as DatagramSocket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';

interface DnsListener {
  readonly port: number;
  close(): Promise<void>;
}

type Answerer = (query: Buffer) => Buffer;

/** How often a port that is free for TCP may be taken for UDP before that is a fault. */
const ATTEMPTS = 20;

/** Listens on 127.0.0.1, UDP and TCP on the same random port. */
export async function listenForDns(answer: { readonly udp: Answerer; readonly tcp: Answerer }): Promise<DnsListener> {
  for (let attempt = 1; ; attempt += 1) {
    const stream = await listenTcp(answer.tcp);
    const datagram = createSocket('udp4');
    datagram.bind(stream.port, '127.0.0.1');
    try {
      await once(datagram, 'listening');
    } catch (error) {
      datagram.close();
      await stream.close();
      if (attempt === ATTEMPTS) throw error;
      continue;
    }
    serveUdp(datagram, answer.udp);
    return {
      port: stream.port,
      async close() {
        datagram.close();
        await stream.close();
      },
    };
  }
}

function serveUdp(socket: DatagramSocket, answer: Answerer): void {
  // A client that went away is no concern of ours.
  socket.on('error', () => undefined);
  socket.on('message', (query, { port, address }) => {
    socket.send(answer(query), port, address, () => undefined);
  });
}

async function listenTcp(answer: Answerer): Promise<DnsListener> {
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket)).on('error', () => socket.destroy());
    let received = Buffer.alloc(0);
    socket.on('data', (data) => {
      received = Buffer.concat([received, data]);
      // Each message is preceded by its length in two bytes.
      while (received.length >= 2 && received.length >= 2 + received.readUInt16BE(0)) {
        const end = 2 + received.readUInt16BE(0);
        const reply = answer(received.subarray(2, end));
        const length = Buffer.alloc(2);
        length.writeUInt16BE(reply.length);
        socket.write(Buffer.concat([length, reply]));
        received = received.subarray(end);
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      server.close();
      for (const socket of open) socket.destroy();
      await once(server, 'close');
    },
  };
}
