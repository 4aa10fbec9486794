import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { type Answer, decode, encode, RECURSION_DESIRED } from 'dns-packet';
import { aliasesOf, ask } from '../../lib/adapters/resolver.ts';

const sockets: Socket[] = [];
afterEach(async () => {
  await Promise.all(sockets.splice(0).map((socket) => new Promise<void>((done) => void socket.close(() => done()))));
});

const NXDOMAIN = 3;
const SERVFAIL = 2;

/** A name server on loopback that answers each type of question with these records, or with a failure. */
async function nameServer(answers: Partial<Record<string, Answer[]>>, code = 0): Promise<string> {
  const socket = createSocket('udp4');
  sockets.push(socket);
  socket.on('message', (message, from) => {
    const { id, questions = [] } = decode(message);
    const response = encode({
      type: 'response',
      id: id ?? 0,
      flags: RECURSION_DESIRED | code,
      questions,
      answers: answers[questions[0]?.type ?? ''] ?? [],
    });
    socket.send(response, from.port, from.address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return `127.0.0.1:${(socket.address() as AddressInfo).port}`;
}

const name = 'retool.acme.example.com';
const cname: Answer = { type: 'CNAME', name, data: 'eks.elb.example.com' };

test('asks every server by itself, and tells which said what', async () => {
  const moved = await nameServer({ CNAME: [cname] });
  const stale = await nameServer({ CNAME: [{ ...cname, data: 'ecs.elb.example.com' }] });
  expect(await ask([moved, stale], name)).toEqual([
    { server: moved, answer: ['eks.elb.example.com'] },
    { server: stale, answer: ['ecs.elb.example.com'] },
  ]);
});

test('a server may be named by a host name with a port', async () => {
  const server = (await nameServer({ CNAME: [cname] })).replace('127.0.0.1', 'localhost');
  expect(await ask([server], name)).toEqual([{ server, answer: ['eks.elb.example.com'] }]);
});

test('a name that is an address answers with its addresses', async () => {
  const server = await nameServer({ A: [{ type: 'A', name, data: '192.0.2.1' }] });
  expect(await ask([server], name)).toEqual([{ server, answer: ['192.0.2.1'] }]);
});

test.each([
  ['does not know the name', NXDOMAIN],
  ['fails', SERVFAIL],
])('a server that %s answers with nothing, and does not spoil the others', async (_, code) => {
  const silent = await nameServer({}, code);
  const moved = await nameServer({ CNAME: [cname] });
  expect((await ask([silent, moved], name)).map(({ answer }) => answer)).toEqual([[], ['eks.elb.example.com']]);
});

test('a server that is not there answers with nothing', async () => {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address() as AddressInfo;
  await new Promise<void>((done) => void socket.close(() => done()));
  expect(await ask([`127.0.0.1:${port}`], name)).toEqual([{ server: `127.0.0.1:${port}`, answer: [] }]);
});

test('nobody to ask is no answer', async () => {
  expect(await ask([], name)).toEqual([]);
});

test('follows aliases one after another, and stops where they go in a circle or nobody answers', async () => {
  const chain = new Map([
    ['db.acme.internal', 'green.acme.internal'],
    ['green.acme.internal', 'acme.rds.example.com'],
    ['circle.acme.internal', 'circle.acme.internal'],
  ]);
  const socket = createSocket('udp4');
  sockets.push(socket);
  socket.on('message', (message, from) => {
    const { id, questions = [] } = decode(message);
    const asked = questions[0]?.name ?? '';
    const data = chain.get(asked);
    const answers: Answer[] = data ? [{ type: 'CNAME', name: asked, data }] : [];
    const flags = RECURSION_DESIRED | (data ? 0 : NXDOMAIN);
    socket.send(encode({ type: 'response', id: id ?? 0, flags, questions, answers }), from.port, from.address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const server = `127.0.0.1:${(socket.address() as AddressInfo).port}`;
  expect(await aliasesOf('db.acme.internal', [server])).toEqual(['green.acme.internal', 'acme.rds.example.com']);
  expect(await aliasesOf('acme.rds.example.com', [server])).toEqual([]);
  expect(new Set(await aliasesOf('circle.acme.internal', [server]))).toEqual(new Set(['circle.acme.internal']));
  expect(await aliasesOf('127.0.0.1')).toEqual([]);
  const silent = createSocket('udp4');
  silent.bind(0, '127.0.0.1');
  await once(silent, 'listening');
  const { port } = silent.address() as AddressInfo;
  await new Promise<void>((done) => void silent.close(() => done()));
  expect(await aliasesOf('db.acme.internal', [`127.0.0.1:${port}`])).toEqual([]);
});
