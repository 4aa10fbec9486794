import { withinWeekly } from '../../lib/domain/weekly-window.ts';

test.each([
  ['sun:03:00-sun:03:30', '2026-11-22T03:00:00Z', true],
  ['sun:03:00-sun:03:30', '2026-11-22T03:30:00Z', false],
  ['Sun:03:00-Sun:03:30', '2026-11-22T03:29:59Z', true],
  ['sun:03:00-sun:03:30', '2026-11-21T03:10:00Z', false],
  ['sat:23:45-sun:00:15', '2026-11-22T00:10:00Z', true],
  ['sat:23:45-sun:00:15', '2026-11-21T23:50:00Z', true],
  ['sat:23:45-sun:00:15', '2026-11-21T23:40:00Z', false],
  ['whenever', '2026-11-21T23:40:00Z', false],
])('%s at %s: %s', (window, at, expected) => {
  expect(withinWeekly(window, Date.parse(at))).toBe(expected);
});
