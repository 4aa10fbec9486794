import { grade, predictedToday, predictFreeze } from '../../lib/domain/prediction.ts';
import { FreezePart, type Measurement } from '../../lib/workflow/documents/measurement.ts';
import { normal, random } from '../support/random.ts';
import { later, measurement, rehearsal } from '../support/run-documents.ts';

const plan = { planDigest: measurement().planDigest, sourceBytes: 60_000_000, growthBytes: 0, balanced: false };
const predicted = (history: readonly Measurement[], more: Partial<typeof plan> = {}) =>
  predictFreeze(history, { ...plan, ...more })!;
const part = (of: ReturnType<typeof predicted>, name: FreezePart) => of.parts.find((each) => each.name === name)!;
const width = ({ low, high }: { low: number; high: number }): number => Math.log(high / low);

/** A copy that took so long, so many hours before noon. */
const copied = (seconds: number, more: Partial<Measurement> = {}, hours = 1): Measurement =>
  measurement({
    run: `run-${hours}`,
    at: later(-3600 * hours),
    copy: { ...measurement().copy!, seconds },
    parts: { 'Copy and prove': seconds },
    ...more,
  });

describe('the copy', () => {
  const copy = (history: readonly Measurement[], more: Partial<typeof plan> = {}) =>
    part(predicted(history, more), 'Copy and prove');

  test('lies around the one that was measured, and scales with the size of today', () => {
    const { low, high, basis } = copy([copied(100)]);
    expect(basis).toBe('measured');
    expect(Math.sqrt(low * high)).toBeCloseTo(100);
    // 2.353 × 0.15 × √2 = 0.499 on the logarithm
    expect([low / 100, high / 100]).toEqual([expect.closeTo(0.607, 2), expect.closeTo(1.647, 2)]);
    const larger = copy([copied(100)], { sourceBytes: 90_000_000 });
    expect(Math.sqrt(larger.low * larger.high)).toBeCloseTo(150);
  });

  test('of several rehearsals that agree is narrower than of one', () => {
    const widths = [1, 2, 3, 5, 10].map((count) =>
      width(copy(Array.from({ length: count }, (_, index) => copied(100, {}, index + 1)))),
    );
    expect(widths).toEqual([...widths].sort((a, b) => b - a));
    expect(new Set(widths).size).toBe(5);
  });

  test('of rehearsals that disagree is wider than of those that agree', () => {
    const agree = width(copy([copied(100, {}, 1), copied(101, {}, 2), copied(99, {}, 3)]));
    expect(width(copy([copied(60, {}, 1), copied(100, {}, 2), copied(160, {}, 3)]))).toBeGreaterThan(agree * 1.5);
  });

  test('may take longer by what the source grows until the cutover, not shorter', () => {
    const [still, growing] = [copy([copied(100)]), copy([copied(100)], { growthBytes: 6_000_000 })];
    expect(growing.low).toBeCloseTo(still.low);
    expect(growing.high).toBeCloseTo(still.high * 1.1);
    expect(growing.because).toContain('6 MB of growth');
  });

  test.each([
    ['of another plan', { planDigest: 'other' }, 0.5],
    ['of half the size', { sourceBytes: 30_000_000 }, 0.5],
    ['of ten times the size', { sourceBytes: 600_000_000 }, 0.1],
    ['that survived a mishap', { copy: { ...measurement().copy!, incidents: 1 } }, 0.5],
  ])('%s counts for less', (_, more, weight) => {
    const own = copied(100);
    const other = copied(300, { ...more, run: 'other' }, 2);
    const { samples } = predicted([own, other]);
    expect(samples.map(({ run, weight: counts }) => [run, counts])).toEqual([
      ['run-1', 1],
      ['other', expect.closeTo(weight)],
    ]);
  });

  test('of another plan moves the prediction less than one of the same', () => {
    const middle = (planDigest: string) => {
      const { low, high } = copy([copied(100), copied(300, { planDigest, run: 'other' }, 2)]);
      return Math.sqrt(low * high);
    };
    expect(middle(plan.planDigest)).toBeCloseTo(Math.sqrt(100 * 300));
    // Half a run: a third of the way, on the logarithm.
    expect(middle('other')).toBeCloseTo(100 ** (2 / 3) * 300 ** (1 / 3));
  });

  test('looks at the newest ten runs', () => {
    const history = Array.from({ length: 15 }, (_, index) => copied(index < 10 ? 100 : 1, {}, index + 1));
    const { samples } = predicted(history);
    expect(samples.map(({ run }) => run)).toEqual(history.slice(0, 10).map(({ run }) => run));
    expect(copy(history).low).toBeGreaterThan(80);
  });
});

describe('the other parts', () => {
  test("are AWS's documented limits until they were measured, and say so", () => {
    const { parts, method } = predicted([copied(100)]);
    const limits = parts.filter(({ basis }) => basis === 'documented');
    expect(limits.map(({ name }) => name)).toEqual(FreezePart.options.filter((name) => name !== 'Copy and prove'));
    for (const { because } of limits) expect(because).toMatch(/^Not measured yet, so as documented: /);
    expect(method.join(' ')).toContain('5 parts were never measured here');
  });

  test("a rehearsal measures the workers' start", () => {
    const start = part(predicted([measurement({ parts: { 'Start the workers': 30 } })]), 'Start the workers');
    expect(start).toMatchObject({ basis: 'measured', because: expect.stringContaining('measured once, 30 s') });
    expect(start.low).toBeGreaterThan(10);
    expect(start.high).toBeLessThan(90);
  });

  test('a cutover measures all of them, also one that was undone, for what came before', () => {
    const undone = copied(8, {
      mode: 'cutover',
      parts: { 'Stop the source services': 40, 'Fence and prove the fence': 3, 'Start the workers': 20 },
    });
    const { parts } = predicted([undone]);
    expect(parts.map(({ basis }) => basis)).toEqual([
      'measured',
      'measured',
      'measured',
      'measured',
      'documented',
      'documented',
    ]);
  });

  test('behind a load balancer the source may drain its connections before it stops', () => {
    const stop = (balanced: boolean) => part(predicted([copied(8)], { balanced }), 'Stop the source services');
    expect([stop(false).high, stop(true).high]).toEqual([140, 440]);
    expect(stop(true).because).toContain('deregistration delay');
  });

  test('counting for the fence takes as long as the source is large', () => {
    const fence = (sourceBytes: number) => part(predicted([copied(8)], { sourceBytes }), 'Fence and prove the fence');
    expect(fence(60_000_000).high).toBeCloseTo(20.5, 1);
    expect(fence(131_072_000_000).high).toBeCloseTo(1020);
  });

  test('the boot of one backend in a rehearsal stands for the start of the target, at half the weight of a start', () => {
    const booted = part(predicted([measurement({ bootSeconds: 60 })]), 'Start the target');
    expect(booted).toMatchObject({ basis: 'measured', because: expect.stringContaining('the boot of one backend') });
    const started = measurement({ parts: { 'Start the target': 60 } });
    expect(width(booted)).toBeGreaterThan(width(part(predicted([started]), 'Start the target')));
  });

  test('a step that took no time that a clock could see is no zero', () => {
    const { low, high } = part(predicted([measurement({ parts: { 'Start the workers': 0 } })]), 'Start the workers');
    expect(low).toBeGreaterThan(0);
    expect(high).toBeLessThan(1);
  });
});

describe('the whole', () => {
  /** A cutover whose parts take about so long. */
  const typical = [30, 2, 25, 300, 60, 45];
  const freeze = (draw: () => number, hours: number): Measurement => {
    const took = typical.map((seconds, index) => seconds * Math.exp(draw() * (index === 3 ? 0.15 : 0.3)));
    const parts = Object.fromEntries(FreezePart.options.map((name, index) => [name, took[index]!]));
    return copied(took[3]!, { mode: 'cutover', parts }, hours);
  };

  test('holds nine freezes of ten', () => {
    const draw = normal(random(3));
    const rounds = 300;
    let inside = 0;
    for (let round = 0; round < rounds; round++) {
      const history = Array.from({ length: 1 + (round % 5) }, (_, index) => freeze(draw, index + 1));
      const next = Object.values(freeze(draw, 0).parts).reduce((sum, seconds) => sum + seconds, 0);
      if (grade(predicted(history), next) === 'inside') inside++;
    }
    expect(inside / rounds).toBeGreaterThan(0.86);
    expect(inside / rounds).toBeLessThan(0.97);
  });

  test('is narrower than the sum of its parts’ bounds, because not all are slow at once', () => {
    const { low, high, parts } = predicted([freeze(() => 0, 1)]);
    const sum = (bound: 'low' | 'high') => parts.reduce((total, each) => total + each[bound], 0);
    expect(low).toBeGreaterThan(sum('low'));
    expect(high).toBeLessThan(sum('high'));
  });

  test('adds documented limits as they are', () => {
    const { low, high, parts } = predicted([copied(100)]);
    const limits = parts.filter(({ basis }) => basis === 'documented');
    const sum = (bound: 'low' | 'high') => limits.reduce((total, each) => total + each[bound], 0);
    expect([low - sum('low'), high - sum('high')]).toEqual([
      expect.closeTo(part(predicted([copied(100)]), 'Copy and prove').low),
      expect.closeTo(part(predicted([copied(100)]), 'Copy and prove').high),
    ]);
  });

  test('becomes narrow once a cutover was tried: the example of docs/prediction.md', () => {
    const rehearsed = (hours: number, seconds: number) =>
      measurement({
        run: `r${hours}`,
        at: later(-3600 * hours),
        copy: { ...measurement().copy!, seconds },
        parts: { 'Start the workers': 40, 'Copy and prove': seconds },
      });
    const before = predicted([rehearsed(1, 610), rehearsed(2, 580), rehearsed(3, 600)]);
    const undone = measurement({
      ...rehearsed(0, 590),
      mode: 'cutover',
      parts: {
        'Stop the source services': 45,
        'Fence and prove the fence': 4,
        'Start the workers': 35,
        'Copy and prove': 590,
        'Start the target': 70,
      },
    });
    const after = predicted([rehearsed(1, 610), rehearsed(2, 580), rehearsed(3, 600), undone]);
    expect(after.high - after.low).toBeLessThan((before.high - before.low) * 0.7);
  });

  test('does not exist before a copy was measured', () => {
    expect(predictFreeze([], plan)).toBeNull();
    expect(predictFreeze([measurement({ copy: null })], plan)).toBeNull();
  });

  test('tells how good predictions were so far', () => {
    expect(predicted([copied(8)]).method.at(-1)).toBe('No freeze has been graded against its prediction yet.');
    const graded = [copied(8, { grade: 'inside' }, 1), copied(8, { grade: 'longer' }, 2), copied(8, {}, 3)];
    expect(predicted(graded).method.at(-1)).toBe('So far 1 of 2 freezes lay inside their prediction.');
  });
});

test('a measured freeze is graded against its interval', () => {
  const interval = { low: 10, high: 20 };
  expect([9.9, 10, 20, 20.1].map((seconds) => grade(interval, seconds))).toEqual([
    'shorter',
    'inside',
    'inside',
    'longer',
  ]);
});

test('for a window the rehearsal counts with what is predicted today', () => {
  const { low, high } = predicted([copied(100)]);
  expect(predictedToday(rehearsal(), predicted([copied(100)])).predictedFreezeSeconds).toEqual({ low, high });
  expect(predictedToday(rehearsal(), null)).toEqual(rehearsal());
});
