import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

/** RFC 6455: what every server adds to the client's key before it hashes it. */
const MAGIC = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const [TEXT, BINARY, CLOSE, PING, PONG] = [1, 2, 8, 9, 10];
const LONGEST_MESSAGE = 16 * 1024 * 1024;

interface WebSocket {
  send(message: Buffer): void;
  close(): void;
}

/** Completes the handshake of a WebSocket; messages and its end are told to `heard`. */
export function acceptWebSocket(
  { headers }: IncomingMessage,
  socket: Duplex,
  protocol: string,
  heard: { message(message: Buffer): void; ended(): void },
): WebSocket {
  const accept = createHash('sha1').update(`${headers['sec-websocket-key']}${MAGIC}`).digest('base64');
  socket.write(
    [
      'HTTP/1.1 101 Switching Protocols',
      'Upgrade: websocket',
      'Connection: Upgrade',
      `Sec-WebSocket-Accept: ${accept}`,
      `Sec-WebSocket-Protocol: ${protocol}`,
      '\r\n',
    ].join('\r\n'),
  );
  let pending = Buffer.alloc(0);
  let closed = false;
  const write = (opcode: number, payload: Buffer) => {
    if (!closed && socket.writable) socket.write(Buffer.concat([header(opcode, payload.length), payload]));
  };
  const end = () => {
    if (closed) return;
    write(CLOSE!, Buffer.from([0x03, 0xe8]));
    closed = true;
    socket.end();
    heard.ended();
  };
  socket.on('data', (data: Buffer) => {
    pending = Buffer.concat([pending, data]);
    for (let frame = frameIn(pending); frame; frame = frameIn(pending)) {
      pending = pending.subarray(frame.bytes);
      if (frame.opcode === CLOSE) end();
      else if (frame.opcode === PING) write(PONG!, frame.payload);
      else if (frame.opcode === BINARY || frame.opcode === TEXT) heard.message(frame.payload);
    }
    if (pending.length > LONGEST_MESSAGE) end();
  });
  socket.on('error', end);
  socket.on('close', end);
  return { send: (message) => write(BINARY!, message), close: end };
}

function header(opcode: number, length: number): Buffer {
  if (length < 126) return Buffer.from([0x80 | opcode, length]);
  const extended = Buffer.alloc(length < 65_536 ? 4 : 10);
  extended[0] = 0x80 | opcode;
  extended[1] = length < 65_536 ? 126 : 127;
  if (length < 65_536) extended.writeUInt16BE(length, 2);
  else extended.writeBigUInt64BE(BigInt(length), 2);
  return extended;
}

/** The first frame, when it is there whole. Clients mask theirs, and send messages in one frame here. */
function frameIn(data: Buffer): { opcode: number; payload: Buffer; bytes: number } | undefined {
  if (data.length < 2) return undefined;
  const short = data[1]! & 0x7f;
  const extra = short === 126 ? 2 : short === 127 ? 8 : 0;
  const from = 2 + extra + 4;
  if (data.length < from) return undefined;
  const length = extra === 0 ? short : extra === 2 ? data.readUInt16BE(2) : Number(data.readBigUInt64BE(2));
  if (data.length < from + length) return undefined;
  const mask = data.subarray(from - 4, from);
  const payload = Buffer.from(data.subarray(from, from + length));
  for (let index = 0; index < length; index += 1) payload[index]! ^= mask[index % 4]!;
  return { opcode: data[0]! & 0x0f, payload, bytes: from + length };
}
