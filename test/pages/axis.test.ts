import { axis, WIDTH } from '../../lib/pages/axis.ts';

const wait = (from: number, to: number) => ({
  kind: 'waiting' as const,
  name: 'Approval go',
  from: new Date(from * 1000).toISOString(),
  to: new Date(to * 1000).toISOString(),
});
const bar = (time: ReturnType<typeof axis>, from: number, to: number) => time.bar({ from: from * 1000, to: to * 1000 });

describe('the time axis', () => {
  test('is linear while nobody is waited for', () => {
    const time = axis(0, 100_000, []);
    expect(time.shortened).toBe(false);
    expect(bar(time, 25, 75)).toEqual({ x: WIDTH / 4, width: WIDTH / 2 });
  });

  test('draws an hour of waiting only as long as an eighth of the work', () => {
    const time = axis(0, 3_680_000, [wait(40, 3640)]);
    expect(time.shortened).toBe(true);
    // 40 s + 10 s of the wait + 40 s
    expect(bar(time, 40, 3640)).toEqual({ x: 444.4, width: 111.1 });
    expect(bar(time, 0, 40)).toEqual({ x: 0, width: 444.4 });
    expect(bar(time, 0, 3680)).toEqual({ x: 0, width: WIDTH });
  });

  test('keeps every bar visible and inside of the picture', () => {
    const time = axis(0, 100_000, []);
    expect(bar(time, 50, 50).width).toBeGreaterThan(0);
    const { x, width } = bar(time, 100, 100);
    expect(x + width).toBeLessThanOrEqual(WIDTH);
    expect(bar(time, -50, 500)).toEqual({ x: 0, width: WIDTH });
  });

  test('a run of no length has a picture as well', () => {
    expect(bar(axis(5_000, 5_000, []), 5, 5).width).toBeGreaterThan(0);
  });
});
