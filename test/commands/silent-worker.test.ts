import { silentWorker } from '../../lib/commands/silent-worker.ts';

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
