import { grade, predictFreeze } from '../../lib/domain/prediction.ts';
import { at } from '../pages/fixtures.ts';

const START = '2026-11-21T20:14:03.120Z';
const rehearsed = (seconds: number) => predictFreeze({ startedAt: START, provedAt: at(START, seconds) });

describe('the predicted freeze', () => {
  test('is the sum of its parts, each with a reason', () => {
    const { low, high, parts } = rehearsed(100);
    const sum = (bound: 'low' | 'high') => parts.reduce((total, part) => total + part[bound], 0);
    expect([low, high]).toEqual([sum('low'), sum('high')]);
    expect(parts.every(({ because, low: least, high: most }) => because.length > 10 && least <= most)).toBe(true);
    expect(parts.find(({ name }) => name === 'Copy and prove')).toMatchObject({ low: 60, high: 150 });
  });

  test('grows with the rehearsed copy and with nothing else', () => {
    const [small, large] = [rehearsed(10), rehearsed(100)];
    expect(large.low - small.low).toBeCloseTo(90 * 0.6);
    expect(large.high - small.high).toBeCloseTo(90 * 1.5);
  });

  test('a measured freeze is graded against it', () => {
    const predicted = { low: 10, high: 20 };
    expect([9.9, 10, 20, 20.1].map((seconds) => grade(predicted, seconds))).toEqual([
      'shorter',
      'inside',
      'inside',
      'longer',
    ]);
  });
});
