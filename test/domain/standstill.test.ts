import { silentWorker, stallWatch } from '../../lib/domain/standstill.ts';

const noon = Date.parse('2026-03-01T12:00:00.000Z');
const heard = (role: 'dump' | 'restore', secondsAgo: number, phase = 'loading') => ({
  role,
  phase,
  at: new Date(noon - secondsAgo * 1000).toISOString(),
});

test('the worker that is silent longest is named, with for how long', () => {
  expect(silentWorker([heard('dump', 34), heard('restore', 8)], noon)).toEqual({ role: 'dump', seconds: 34 });
});

test('one that is heard, or that is done, is not missed', () => {
  expect(silentWorker([heard('dump', 300, 'done'), heard('restore', 2)], noon)).toBeNull();
  expect(silentWorker([], noon)).toBeNull();
});

const at = (bytes: number) => ({ bytes, totalBytes: 100 });

test('chunks that keep arriving are no news; that none does is, from twenty seconds on, until one does', () => {
  const idle = stallWatch();
  expect(idle(at(10), 0)).toBeNull();
  expect(idle(at(20), 19_000)).toBeNull();
  expect(idle(at(20), 38_000)).toBeNull();
  expect(idle(at(20), 40_000)).toBe(21);
  expect(idle(at(30), 41_000)).toBeNull();
});

test('once all are there, or while nobody knows how many there are, none is missed', () => {
  const idle = stallWatch();
  idle(at(100), 0);
  expect(idle(at(100), 60_000)).toBeNull();
  idle({ bytes: 0 }, 60_000);
  expect(idle({ bytes: 0 }, 120_000)).toBeNull();
});
