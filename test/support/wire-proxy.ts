import { connect, createServer, type Socket } from 'node:net';

/** One message of PostgreSQL's protocol: its type's letter, and what follows its length. */
export interface Message {
  readonly type: string;
  readonly body: Buffer;
}

/** What a proxy does to what passes through it. Whatever a function leaves undefined goes on as it came. */
export interface Interference {
  /** The server's message, COPY data excepted; the bytes that the client gets instead, or the end of the connection. */
  answer?(message: Message): Buffer | 'cut' | undefined;
  /** A simple query; what the server is asked instead, or the end of the connection. */
  ask?(sql: string): string | 'cut' | undefined;
}

export interface WireProxy {
  readonly host: '127.0.0.1';
  readonly port: number;
  /** Ends what still goes through it. */
  close(): Promise<void>;
}

/** Stands between a client and PostgreSQL on a port of its own, and interferes. Clients must not ask for encryption. */
export async function startWireProxy(
  server: { readonly host: string; readonly port: number },
  interference: Interference,
): Promise<WireProxy> {
  const sockets = new Set<Socket>();
  const proxy = createServer((client) => {
    const backend = connect(server.port, server.host);
    const cut = () => {
      client.destroy();
      backend.destroy();
    };
    for (const socket of [client, backend]) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', cut);
      socket.on('close', () => {
        sockets.delete(socket);
        cut();
      });
    }
    relay(client, backend, cut, {
      headless: true,
      types: 'Q',
      change: ({ body }) => {
        const asked = interference.ask?.(body.toString('utf8', 0, body.length - 1));
        return asked === undefined || asked === 'cut' ? asked : message('Q', Buffer.from(`${asked}\0`));
      },
    });
    relay(backend, client, cut, {
      headless: false,
      types: 'RSKTDCEZN',
      change: (answered) => interference.answer?.(answered),
    });
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const address = proxy.address();
  return {
    host: '127.0.0.1',
    port: typeof address === 'object' && address ? address.port : 0,
    close: () =>
      new Promise((resolve) => {
        proxy.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** As on the wire. */
export function message(type: string, body: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.length + 4);
  return Buffer.concat([Buffer.from(type), length, body]);
}

/** A pooler's own answer to who is at the other end. */
export function backendKeyData(processId: number): Buffer {
  const body = Buffer.alloc(8);
  body.writeInt32BE(processId);
  return message('K', body);
}

/** A row in which one value stands for another: `replaceValue('150014', '130014')`. Other messages stay as they are. */
export const replaceValue =
  (from: string, to: string) =>
  ({ type, body }: Message): Buffer | undefined => {
    if (type !== 'D' || !body.includes(from)) return undefined;
    const parts = [body.subarray(0, 2)];
    for (let at = 2; at < body.length; ) {
      const length = body.readInt32BE(at);
      const value = body.subarray(at + 4, at + 4 + Math.max(length, 0));
      const written = length >= 0 && value.toString() === from ? Buffer.from(to) : value;
      const size = Buffer.alloc(4);
      size.writeInt32BE(length < 0 ? length : written.length);
      parts.push(size, written);
      at += 4 + value.length;
    }
    return message('D', Buffer.concat(parts));
  };

/** A statement that fails in the server itself, so that the session and its transaction are in the state that follows. */
export const failing = (sqlstate: string, words: string) =>
  `DO $failing$ BEGIN RAISE EXCEPTION USING ERRCODE = '${sqlstate}', MESSAGE = '${words.replaceAll("'", "''")}'; END $failing$`;

interface Relay {
  /** The client's first message has no type. */
  readonly headless: boolean;
  /** Letters of the messages that are looked at; the rest is not held. */
  readonly types: string;
  change(message: Message): Buffer | 'cut' | undefined;
}

function relay(from: Socket, to: Socket, cut: () => void, { headless, types, change }: Relay): void {
  let held: Buffer = Buffer.alloc(0);
  /** Bytes of the current message that go on unseen. */
  let passing = 0;
  let head = headless;
  const send = (bytes: Buffer) => {
    if (to.destroyed || to.write(bytes)) return;
    from.pause();
    to.once('drain', () => from.resume());
  };
  from.on('data', (bytes: Buffer) => {
    held = held.length ? Buffer.concat([held, bytes]) : bytes;
    for (;;) {
      if (passing > 0) {
        const some = held.subarray(0, passing);
        passing -= some.length;
        held = held.subarray(some.length);
        if (some.length) send(some);
        if (passing > 0) return;
      }
      const lengthAt = head ? 0 : 1;
      if (held.length < lengthAt + 4) return;
      const end = lengthAt + held.readInt32BE(lengthAt);
      const type = head ? '' : held.toString('latin1', 0, 1);
      head = false;
      if (!type || !types.includes(type)) {
        passing = end;
        continue;
      }
      if (held.length < end) return;
      const whole = held.subarray(0, end);
      held = held.subarray(end);
      const changed = change({ type, body: whole.subarray(5) });
      if (changed === 'cut') return cut();
      send(changed ?? whole);
    }
  });
  from.on('end', () => to.end());
}
