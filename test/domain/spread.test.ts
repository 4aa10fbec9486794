import { type Sample, spreadOf, studentT } from '../../lib/domain/spread.ts';
import { normal, random } from '../support/random.ts';

const samples = (...values: readonly number[]): Sample[] => values.map((value) => ({ value, weight: 1 }));
const width = ({ low, high }: { low: number; high: number }): number => Math.log(high / low);

describe("Student's t", () => {
  // Two-sided 90 % quantiles of any table.
  test.each([
    [1, 6.314],
    [2, 2.92],
    [3, 2.353],
    [4, 2.132],
    [10, 1.812],
    [30, 1.697],
    [1000, 1.646],
  ])('of %d degrees of freedom has its tabled quantile', (freedom, quantile) => {
    expect(studentT(0.9, freedom)).toBeCloseTo(quantile, 2);
  });

  test('lies between whole degrees for broken ones', () => {
    expect(studentT(0.9, 2.5)).toBeLessThan(studentT(0.9, 2));
    expect(studentT(0.9, 2.5)).toBeGreaterThan(studentT(0.9, 3));
  });
});

describe('the interval of the next measurement', () => {
  test('of one sample is the prior spread alone, around that sample', () => {
    const { low, middle, high } = spreadOf(samples(100), 0.15);
    expect(middle).toBeCloseTo(100);
    // t of 3 degrees of freedom × 0.15 × √2
    expect(Math.log(high / 100)).toBeCloseTo(2.353 * 0.15 * Math.SQRT2, 2);
    expect(low * high).toBeCloseTo(100 ** 2);
  });

  test('is that of the samples alone once they are many', () => {
    const [few, many] = [2, 40].map((count) =>
      width(spreadOf(samples(...Array.from({ length: count }, (_, index) => (index % 2 ? 110 : 90))), 0.5)),
    );
    expect(many).toBeLessThan(few! / 3);
  });

  test('never widens by a sample that lies within the spread of those before', () => {
    const next = random(7);
    for (let round = 0; round < 500; round++) {
      const prior = 0.05 + next() * 0.5;
      const before = samples(...Array.from({ length: 1 + Math.floor(next() * 8) }, () => Math.exp(next() * 0.6)));
      const logs = before.map(({ value }) => Math.log(value));
      const mean = logs.reduce((sum, log) => sum + log, 0) / logs.length;
      const squares = logs.reduce((sum, log) => sum + (log - mean) ** 2, 0);
      const deviation = Math.sqrt((3 * prior ** 2 + squares) / (2 + logs.length));
      const consistent = Math.exp(mean + (next() * 2 - 1) * deviation);
      const after = [...before, { value: consistent, weight: 1 }];
      expect(width(spreadOf(after, prior))).toBeLessThanOrEqual(width(spreadOf(before, prior)) + 1e-9);
    }
  });

  test('is wider where a sample counts for less', () => {
    const weigh = (weight: number) => width(spreadOf([{ value: 100, weight }], 0.15));
    expect(weigh(0.5)).toBeGreaterThan(weigh(1));
    expect(weigh(0.1)).toBeGreaterThan(weigh(0.5));
  });

  /** How often it holds the next one, for things that vary by a deviation that is drawn for each. */
  const coverage = (deviationOf: () => number): number => {
    const next = normal(random(11));
    const rounds = 1000;
    let inside = 0;
    for (let round = 0; round < rounds; round++) {
      const deviation = deviationOf();
      const draw = () => 100 * Math.exp(deviation * next());
      const { low, high } = spreadOf(samples(...Array.from({ length: 1 + (round % 6) }, draw)), 0.15);
      const drawn = draw();
      if (low <= drawn && drawn <= high) inside++;
    }
    return inside / rounds;
  };

  test('holds it nine times of ten, over things that vary by about as much as was assumed', () => {
    const next = normal(random(13));
    // What the prior says: three times its variance over a chi-squared of three degrees of freedom.
    const drawn = () => Math.sqrt((3 * 0.15 ** 2) / (next() ** 2 + next() ** 2 + next() ** 2));
    const share = coverage(drawn);
    expect(share).toBeGreaterThan(0.87);
    expect(share).toBeLessThan(0.93);
  });

  test('holds it more often where they vary less, and still mostly where they vary twice as much', () => {
    expect(coverage(() => 0.075)).toBeGreaterThan(0.97);
    expect(coverage(() => 0.3)).toBeGreaterThan(0.75);
  });
});
