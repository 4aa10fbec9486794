import { once } from 'node:events';
import { createServer, request, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import type { Ingress } from '../../../lib/local/kubernetes/objects.ts';
import { routeByIngress } from '../../../lib/local/loadbalancer/ingress.ts';
import type { Action } from '../../../lib/local/loadbalancer/load-balancer.ts';
import { createLoadBalancers, type LoadBalancers } from '../../../lib/local/loadbalancer/load-balancers.ts';
import { createTargetGroup } from '../../../lib/local/loadbalancer/target-group.ts';
import { createManualClock } from '../../support/manual-clock.ts';
import { until } from '../../support/until.ts';

const HOSTNAME = 'acme-ecs-1.eu-west-1.elb.amazonaws.com';
let balancers: LoadBalancers;
const servers: Server[] = [];

beforeEach(() => {
  balancers = createLoadBalancers();
});

afterEach(async () => {
  await balancers.close();
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

/** A backend that answers with its name and what it was asked. */
async function backend(name: string, handle?: Parameters<typeof createServer>[1]): Promise<string> {
  const server = createServer(
    handle ??
      (async (incoming, outgoing) => {
        const body = (await incoming.toArray()).join('');
        const { host, 'x-forwarded-for': from } = incoming.headers;
        outgoing
          .writeHead(201, { 'x-name': name })
          .end(JSON.stringify({ name, method: incoming.method, url: incoming.url, body, host, from }));
      }),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  servers.push(server);
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const start = async (route: (request: { host: string; path: string }) => Action) => {
  await balancers.start({ hostname: HOSTNAME, route: route as never });
  const { host, port } = balancers.addressOf(`${HOSTNAME.toUpperCase()}.`);
  return `http://${host}:${port}`;
};

/** `fetch` does not let one say the host. */
function ask(url: string, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    request(url, { headers, agent: false }, (response) => {
      response.resume().once('end', () => resolve(response.statusCode ?? 0));
    })
      .once('error', reject)
      .end();
  });
}

test('requests are forwarded whole, in turn to each target, and counted by status', async () => {
  const targets = [await backend('one'), await backend('two')];
  const url = await start(() => ({ type: 'forward', targets }));
  const answers: { name: string }[] = [];
  for (let n = 0; n < 4; n += 1) {
    const response = await fetch(`${url}/api/events?a=1`, { method: 'POST', body: 'x'.repeat(100_000) });
    expect(response.status).toBe(201);
    answers.push((await response.json()) as { name: string });
  }
  expect(answers[0]).toMatchObject({
    method: 'POST',
    url: '/api/events?a=1',
    body: 'x'.repeat(100_000),
    host: url.slice(7),
    from: '127.0.0.1',
  });
  expect(answers.map(({ name }) => name).sort()).toEqual(['one', 'one', 'two', 'two']);
  await until(() => balancers.find(HOSTNAME)!.requests()[201] === 4);
  expect(balancers.has('other.eu-west-1.elb.amazonaws.com')).toBe(false);
});

test('without a healthy target the answer is 503, and with a rule of maintenance its page', async () => {
  let action: Action = { type: 'forward', targets: [] };
  const url = await start(() => action);
  expect((await fetch(url)).status).toBe(503);
  action = { type: 'fixed-response', status: 503, contentType: 'text/html; charset=utf-8', body: '<h1>Moving</h1>' };
  const page = await fetch(url, { method: 'POST', body: 'ignored' });
  expect([page.status, page.headers.get('content-type'), await page.text()]).toEqual([
    503,
    'text/html; charset=utf-8',
    '<h1>Moving</h1>',
  ]);
  await until(() => balancers.find(HOSTNAME)!.requests()[503] === 2);
});

test('a target that refuses the connection is 502, and one that breaks off leaves no whole answer', async () => {
  const gone = await backend('gone');
  servers.pop()!.close();
  const broken = await backend('broken', (_incoming, outgoing) => {
    outgoing.writeHead(200, { 'content-length': '100' }).write('half');
    setImmediate(() => outgoing.destroy());
  });
  let target = gone;
  const url = await start(() => ({ type: 'forward', targets: [target] }));
  expect((await fetch(url)).status).toBe(502);
  target = broken;
  await expect(fetch(url).then((response) => response.text())).rejects.toThrow();
});

test('a client that goes away takes its request to the target with it', async () => {
  let left = false;
  const target = await backend('slow', (incoming) =>
    incoming.socket.once('close', () => {
      left = true;
    }),
  );
  const url = new URL(await start(() => ({ type: 'forward', targets: [target] })));
  const socket = connect(Number(url.port), url.hostname);
  socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  await until(
    async () => (await new Promise<number>((resolve) => servers[0]!.getConnections((_, count) => resolve(count)))) > 0,
  );
  socket.destroy();
  await until(() => left);
});

test('only targets that answer their health check get requests', async () => {
  const clock = createManualClock();
  let status = 503;
  const target = await backend('app', (_incoming, outgoing) => outgoing.writeHead(status).end());
  let targets = [target];
  const group = createTargetGroup({ targets: () => targets, clock, healthCheckPath: '/api/checkHealth' });
  /** Lets the group check once more. */
  const check = async () => {
    await until(() => clock.sleepers().length === 1);
    await clock.advance(1_000);
    await until(() => clock.sleepers().length === 1);
  };
  try {
    await check();
    expect(group.healthy()).toEqual([]);
    status = 200;
    await check();
    expect(group.healthy()).toEqual([target]);
    status = 503;
    await check();
    expect(group.healthy()).toEqual([target]);
    await check();
    expect(group.healthy()).toEqual([]);
    status = 200;
    await check();
    targets = [];
    expect(group.healthy()).toEqual([]);
  } finally {
    await group.close();
  }
});

describe('the listener of an ingress', () => {
  const service = (name: string) => ({ service: { name, port: { number: 3000 } } });
  const gate = { service: { name: 'gate', port: { name: 'use-annotation' } } };
  const rule = (path: string, backend: object, host = 'retool.acme.example', pathType = 'Prefix') => ({
    host,
    http: { paths: [{ path, pathType, backend }] },
  });
  const ingress = (rules: object[], annotations: Record<string, string> = {}) =>
    ({ metadata: { name: 'retool', annotations }, spec: { rules } }) as unknown as Ingress;
  const decide = (object: Ingress | undefined, path = '/', host = 'retool.acme.example', headers = {}) =>
    routeByIngress({ ingress: () => object, addresses: (name) => [`address of ${name}`] })({
      method: 'GET',
      host,
      path,
      headers,
    });
  const to = (name: string) => ({ type: 'forward', targets: [`address of ${name}`] });
  const closed = (more: object = {}) => ({
    'alb.ingress.kubernetes.io/actions.gate': JSON.stringify({
      type: 'fixed-response',
      fixedResponseConfig: { contentType: 'text/html', statusCode: '503', messageBody: 'Moving', ...more },
    }),
  });

  test('leads to the service of its rule', () => {
    expect(decide(ingress([rule('/', service('retool'))]))).toEqual(to('retool'));
  });

  test('is closed by a gate of an annotation', () => {
    expect(decide(ingress([rule('/', gate)], closed()))).toEqual({
      type: 'fixed-response',
      status: 503,
      contentType: 'text/html',
      body: 'Moving',
    });
  });

  test('lets requests with a certain header pass a closed gate', () => {
    const probe = JSON.stringify([
      { field: 'http-header', httpHeaderConfig: { httpHeaderName: 'X-Passage-Probe', values: ['yes'] } },
    ]);
    const object = ingress([rule('/', service('retool')), rule('/', gate)], {
      ...closed(),
      'alb.ingress.kubernetes.io/conditions.retool': probe,
    });
    expect(decide(object, '/', 'retool.acme.example', { 'x-passage-probe': 'yes' })).toEqual(to('retool'));
    expect(decide(object)).toMatchObject({ status: 503 });
  });

  test.each([
    ['an annotation that is not there', {}],
    ['an annotation that is no JSON', { 'alb.ingress.kubernetes.io/actions.gate': '{' }],
    ['a status that is no fixed response', closed({ statusCode: '302' })],
  ])('answers 503 for %s', (_, annotations) => {
    expect(decide(ingress([rule('/', gate)], annotations))).toMatchObject({
      status: 503,
      body: 'Backend service does not exist',
    });
  });

  test('prefers exact paths, then longer ones, and takes prefixes by their elements', () => {
    const object = ingress([
      rule('/', service('all')),
      rule('/api', service('api')),
      rule('/api/health', service('exact'), undefined, 'Exact'),
      rule('/img/*.png', service('images'), undefined, 'ImplementationSpecific'),
    ]);
    expect(
      ['/', '/api', '/api/x', '/apix', '/api/health', '/api/health/', '/img/a.png'].map((path) => decide(object, path)),
    ).toEqual(['all', 'api', 'api', 'all', 'exact', 'api', 'images'].map(to));
  });

  test('answers 404 for another host, and takes wildcards for one label', () => {
    const object = ingress([rule('/', service('retool'), '*.acme.example')]);
    expect(decide(object)).toEqual(to('retool'));
    expect(decide(object, '/', 'a.b.acme.example')).toMatchObject({ status: 404 });
    expect(decide(undefined)).toMatchObject({ status: 404 });
  });

  test('follows the object over a real proxy', async () => {
    const target = await backend('retool');
    let object = ingress([rule('/', gate)], closed());
    const url = await start(routeByIngress({ ingress: () => object, addresses: () => [target] }) as never);
    expect(await ask(url, { host: 'retool.acme.example:80' })).toBe(503);
    object = ingress([rule('/', service('retool'))]);
    expect(await ask(url, { host: 'Retool.acme.example' })).toBe(201);
    expect(await ask(url, { host: 'other.example' })).toBe(404);
  });
});
