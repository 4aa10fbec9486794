import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { patience, S3Staging } from '../../../lib/copier/aws/s3-staging.ts';
import { compareManifests } from '../../../lib/copier/compare.ts';
import { Incidents } from '../../../lib/copier/incidents.ts';
import { unseal } from '../../../lib/copier/sealed.ts';
import { keys, Manifest } from '../../../lib/copier/staged.ts';
import { createS3 } from '../../../lib/local/s3/s3.ts';
import { type Account, startAccount } from '../../local/account.ts';
import { declared } from '../../support/declared.ts';
import {
  type HttpProxy,
  internalError,
  type Mishap,
  type Passing,
  slowDown,
  startHttpProxy,
} from '../../support/http-proxy.ts';
import { query, startTestCluster, type TestCluster } from '../../support/postgres.ts';
import { until } from '../../support/until.ts';
import { type Copying, fastClock, fourChunks, prepareCopying } from '../support/copying.ts';

/** S3 as it is on a bad day: the unmodified SDK, real HTTP, and a proxy that loses, cuts and throttles. */

let cluster: TestCluster;
let account: Account;
let proxy: HttpProxy;
let mishap: (request: Passing) => Mishap | undefined = () => undefined;
const happened: string[] = [];

/** The first so many requests that match meet it. */
function first(times: number, what: Mishap, matches: (request: Passing) => boolean) {
  let left = times;
  return (request: Passing) => {
    if (left === 0 || !matches(request)) return undefined;
    left -= 1;
    happened.push(`${request.method} ${typeof what === 'string' ? what : what.code}`);
    return what;
  };
}
/** Each key of these once. */
function onceEach(what: Mishap, method: string, pattern: RegExp) {
  const met = new Set<string>();
  return first(Number.POSITIVE_INFINITY, what, (request) => {
    const key = request.url.split('?')[0] ?? '';
    if (request.method !== method || !pattern.test(key) || met.has(key)) return false;
    met.add(key);
    return true;
  });
}
const all =
  (...each: ((request: Passing) => Mishap | undefined)[]) =>
  (request: Passing) => {
    for (const one of each) {
      const met = one(request);
      if (met) return met;
    }
    return undefined;
  };

beforeAll(async () => {
  cluster = await startTestCluster();
  account = await startAccount(({ directory, authorize, clock }) => {
    const s3 = createS3({ directory: join(directory, 's3'), authorize, clock });
    s3.createBucket({ name: 'staging' });
    return [s3.endpoint];
  });
  proxy = await startHttpProxy(account.url, (request) => mishap(request));
});
afterAll(async () => {
  await proxy.close();
  await account.close();
  await cluster.close();
});
beforeEach(() => {
  happened.length = 0;
  mishap = () => undefined;
});

const events: { event: string; [field: string]: unknown }[] = [];
const clients: S3Client[] = [];
function stagingAt(
  prefix: string,
  options: { maxAttempts?: number } = {},
  incidents: Incidents = new Incidents(),
): S3Staging {
  events.length = 0;
  const client = new S3Client({ ...account.client(), endpoint: proxy.url, ...patience, ...options });
  clients.push(client);
  return new S3Staging(client, 'staging', prefix, {
    clock: fastClock,
    log: incidents.listening((event, fields) => events.push({ event, ...fields })),
    signal: new AbortController().signal,
  });
}
const incidents = () => events.flatMap(({ event, incident }) => (event === 'survived' ? [incident] : []));
afterEach(() => {
  for (const client of clients.splice(0)) client.destroy();
});

describe('one call', () => {
  let prefixes = 0;
  const staging = (options?: { maxAttempts?: number }) => {
    prefixes += 1;
    return stagingAt(`calls/${prefixes}`, options);
  };

  test('that took effect but whose reply was lost is made again, and told', async () => {
    const it = staging();
    mishap = first(1, 'lose the reply', ({ method }) => method === 'PUT');
    await it.put('a', Buffer.from('hello'));
    expect((await it.get('a'))?.toString()).toBe('hello');
    expect(happened).toEqual(['PUT lose the reply']);
    expect(events).toEqual([
      {
        event: 'survived',
        incident: 'S3 reply lost',
        object: it.address('a'),
        call: 'PutObject',
        tries: 2,
        reason: expect.any(String),
      },
    ]);
  });

  test('that created an object and lost the reply knows its own object again', async () => {
    const it = staging();
    mishap = first(1, 'lose the reply', ({ method }) => method === 'PUT');
    expect(await it.create('claim', Buffer.from('mine'))).toBe(true);
    expect(incidents()).toEqual(['S3 reply lost']);
    expect(await it.create('claim', Buffer.from('theirs'))).toBe(false);
    expect((await it.get('claim'))?.toString()).toBe('mine');
    expect(incidents()).toEqual(['S3 reply lost']);
  });

  test.each([
    ['throttled', slowDown, 'S3 throttled'],
    ['failed', internalError, 'S3 failed'],
  ])('that S3 %s is tried again', async (_, what, incident) => {
    const it = staging();
    await it.put('a', Buffer.from('hello'));
    mishap = all(
      first(2, what, ({ method, url }) => method === 'GET' && url.includes('list-type')),
      first(2, what, ({ method }) => method === 'PUT'),
      first(1, what, ({ method, url }) => method === 'GET' && !url.includes('list-type')),
    );
    await it.put('b', Buffer.from('again'));
    expect(await it.list('')).toEqual(['a', 'b']);
    expect((await it.get('b'))?.toString()).toBe('again');
    expect(incidents()).toEqual([incident, incident, incident]);
  });

  test('whose body breaks off is read again from its beginning', async () => {
    const it = staging();
    const bytes = randomBytes(300_000);
    await it.put('a', bytes);
    mishap = first(2, 'cut the body', ({ method }) => method === 'GET');
    expect((await it.get('a'))?.equals(bytes)).toBe(true);
    expect(incidents()).toEqual(['S3 body cut']);
    expect(happened).toHaveLength(2);
  });

  test('that streams a body which breaks off is ServiceUnavailable, so that the chunk begins again', async () => {
    const it = staging();
    await it.put('a', randomBytes(300_000));
    mishap = first(1, 'cut the body', ({ method }) => method === 'GET');
    const read = async () => {
      for await (const _ of (await it.open('a')) ?? []);
    };
    await expect(read()).rejects.toEqual(declared('ServiceUnavailable', /Could not read s3:\/\/staging\/calls/));
    await read();
  });

  test('in parts survives lost replies and throttling of each of them', async () => {
    const it = staging();
    const bytes = randomBytes(20 << 20);
    mishap = all(
      onceEach('lose the reply', 'POST', /none/),
      first(1, slowDown, ({ method, url }) => method === 'POST' && url.includes('uploads')),
      first(1, 'lose the reply', ({ url }) => url.includes('partNumber=2')),
      first(1, slowDown, ({ url }) => url.includes('partNumber=3')),
      first(1, internalError, ({ method, url }) => method === 'POST' && url.includes('uploadId')),
    );
    await it.put('large', pieces(bytes));
    expect((await it.get('large'))?.equals(bytes)).toBe(true);
    expect(incidents()).toEqual(['S3 throttled', 'S3 reply lost', 'S3 throttled', 'S3 failed']);
  });

  test('that completed an upload in parts and lost the reply did write the object', async () => {
    const it = staging();
    const bytes = randomBytes(10 << 20);
    mishap = first(1, 'lose the reply', ({ method, url }) => method === 'POST' && url.includes('uploadId'));
    await it.put('large', pieces(bytes));
    expect((await it.get('large'))?.equals(bytes)).toBe(true);
    expect(incidents()).toEqual(['S3 reply lost']);
  });

  test('that stays throttled is ServiceUnavailable, with S3’s words and the object', async () => {
    const it = staging({ maxAttempts: 2 });
    mishap = first(Number.POSITIVE_INFINITY, slowDown, () => true);
    await expect(it.put('a', Buffer.from('x'))).rejects.toEqual(
      declared('ServiceUnavailable', /calls\/\d+\/a: SlowDown/),
    );
    await expect(it.put('a', pieces(Buffer.from('x')))).rejects.toEqual(declared('ServiceUnavailable', /SlowDown/));
    await expect(it.get('a')).rejects.toEqual(declared('ServiceUnavailable', /SlowDown/));
    expect(incidents()).toEqual([]);
  });
});

async function* pieces(bytes: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += 1 << 20) yield bytes.subarray(at, at + (1 << 20));
}

describe('a copy', () => {
  let copying: Copying;
  beforeEach(async () => {
    copying = await prepareCopying(cluster, fourChunks);
  });
  afterEach(() => copying.close());

  const manifest = async (staging: S3Staging, key: string) =>
    unseal(Manifest, (await staging.get(key)) ?? Buffer.alloc(0), key);

  test('through lost replies, throttling and failures on the way in, and cut bodies on the way out, is whole', async () => {
    /** As a worker has it: what staging survives is heard by the one whose report names it. */
    const worker = () => {
      const incidents = new Incidents();
      const log = incidents.listening((event, fields) => copying.events.push({ event, ...fields }));
      return { staging: stagingAt(`runs/${copying.input.run}`, {}, incidents), incidents, log, clock: fastClock };
    };
    const { staging, ...dumping } = worker();
    mishap = all(
      onceEach('lose the reply', 'PUT', /chunks\/|plan\.json|manifest\.json/),
      onceEach(slowDown, 'PUT', /done\/|schema\.dump/),
      first(1, internalError, ({ url }) => url.includes('list-type')),
    );
    await copying.dump({ staging, ...dumping });
    expect(new Set(happened)).toEqual(new Set(['PUT lose the reply', 'PUT SlowDown', 'GET InternalError']));

    mishap = all(
      onceEach('cut the body', 'GET', /chunks\/|plan\.json|schema\.dump|done\/|manifest\.json/),
      first(2, slowDown, ({ url }) => url.includes('list-type')),
    );
    await copying.restore(worker());
    expect(new Set(happened)).toContain('GET cut the body');

    const [source, target] = [await manifest(staging, keys.manifest(1)), await manifest(staging, keys.restored(1))];
    expect(compareManifests(source, target).differences).toEqual([]);
    expect(source.tables).toHaveLength(4);
    const [loaded] = await query<{ chunks: number; rows: number }>(
      copying.target,
      "SELECT count(*)::int AS chunks, sum(rows)::int AS rows FROM passage.chunks WHERE chunk ~ '/0'",
    );
    expect(loaded).toEqual({ chunks: 4, rows: 18_000 });
    // The report names them, but for the manifest's own, which had to be written first.
    expect(source.incidents).toContainEqual(expect.stringMatching(/S3 reply lost \(5×\), S3 throttled \(5×\)/));
    expect(target.incidents).toContainEqual(expect.stringMatching(/S3 body cut \(\d+×\)/));
    expect(target.incidents).toContainEqual(expect.stringMatching(/tried again: chunk 00000\d/));
    // Each chunk's transaction was rolled back once, when its body broke off.
    expect(copying.events.filter(({ event }) => event === 'tried again')).toHaveLength(4);
  });

  test('that stays throttled ends as ServiceUnavailable, and leaves no snapshot open', async () => {
    const staging = stagingAt(`runs/${copying.input.run}`, { maxAttempts: 2 });
    mishap = first(Number.POSITIVE_INFINITY, slowDown, ({ method, url }) => method === 'PUT' && /chunks\//.test(url));
    await expect(copying.dump({ staging, clock: fastClock })).rejects.toEqual(
      declared('ServiceUnavailable', /SlowDown/),
    );
    const ours = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name ~ '^passage/'";
    await until(async () => (await query(copying.source, ours)).length === 0);
  });
});

test('the proxy passes on what it does not touch', async () => {
  const staging = stagingAt('plain');
  await staging.put('a', Buffer.from('hello'));
  const direct = new S3Client(account.client());
  clients.push(direct);
  const { Body } = await direct.send(new GetObjectCommand({ Bucket: 'staging', Key: 'plain/a' }));
  expect(await Body?.transformToString()).toBe('hello');
});
