import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { ask } from '../../../lib/adapters/resolver.ts';
import { systemClock } from '../../../lib/local/clock.ts';
import { createRoute53 } from '../../../lib/local/route53/route53.ts';
import { takeLock } from '../../../lib/local/world/lock.ts';
import { withNameServer } from '../../../lib/local/world/name-server.ts';
import { worldPaths } from '../../../lib/local/world/paths.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'passage-names-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

test('without a world that is up the remembered zones answer, and nothing else of it starts', async () => {
  const { lock, service } = worldPaths(root);
  const route53 = createRoute53({ directory: service('route53'), clock: systemClock, authorize: () => {} });
  const zone = route53.createHostedZone('acme.example.com');
  const target = 'acme-ecs.eu-central-1.elb.amazonaws.com';
  route53.put(zone, [{ name: 'retool.acme.example.com', type: 'CNAME', ttl: 60, values: [target] }]);
  const [found] = await withNameServer(root, 'dig', (server) => {
    expect(existsSync(lock)).toBe(true);
    return ask([server], 'retool.acme.example.com');
  });
  expect(found?.answer).toEqual([target]);
  expect(readdirSync(root)).toEqual(['route53']);
});

test('a world that is up is asked itself', async () => {
  const taken = await takeLock<{ dns: { server: string } }>(worldPaths(root).lock, 'serve');
  if (!('lock' in taken)) throw new Error('The lock is taken.');
  taken.lock.publish({ dns: { server: '127.0.0.1:5353' } });
  expect(await withNameServer(root, 'dig', async (server) => server)).toBe('127.0.0.1:5353');
  taken.lock.release();
});
