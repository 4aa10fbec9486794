import { stallWatch } from '../../lib/commands/stall.ts';

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
