import {
  bytes,
  count,
  duration,
  interval,
  plural,
  rate,
  remaining,
  several,
  size,
  utc,
  wholeDuration,
} from '../../lib/domain/quantities.ts';

describe('quantities', () => {
  test.each([
    [0, '0 B'],
    [999, '999 B'],
    [999.6, '1.0 kB'],
    [1_500, '1.5 kB'],
    [99_940, '99.9 kB'],
    [99_960, '100 kB'],
    [999_499, '999 kB'],
    [999_500, '1.0 MB'],
    [62_412_000, '62.4 MB'],
    [7.5e13, '75.0 TB'],
    [5e18, '5,000 PB'],
    [-1_500, '-1.5 kB'],
  ])('%d bytes read as %s', (number, text) => {
    expect(bytes(number)).toBe(text);
  });

  test.each([
    [0, '0.0 s'],
    [-3, '0.0 s'],
    [0.0002, '1 ms'],
    [0.094, '94 ms'],
    [0.096, '0.1 s'],
    [0.44, '0.4 s'],
    [59.94, '59.9 s'],
    [59.96, '1 min 00 s'],
    [125, '2 min 05 s'],
    [3_599.6, '1 h 00 min'],
    [3_720, '1 h 02 min'],
    [86_399, '1 d 00 h'],
    [273_600, '3 d 04 h'],
  ])('%d seconds read as %s', (seconds, text) => {
    expect(duration(seconds)).toBe(text);
  });

  test.each([
    [0, '1 MB'],
    [60e6, '60 MB'],
    [2.5e9, '2.5 GB'],
    [1.2345e12, '1.23 TB'],
  ])('a disk of %d bytes reads as %s', (number, text) => {
    expect(size(number)).toBe(text);
  });

  test.each([
    [119.2, '120 s'],
    [121, '3 min'],
    [7_199, '120 min'],
    [7_201, '3 h'],
  ])('a limit of %d seconds reads as %s', (seconds, text) => {
    expect(wholeDuration(seconds)).toBe(text);
  });

  test('of many names the first are told', () => {
    expect([several(['a', 'b']), several(['a', 'b', 'c'], 1)]).toEqual(['a, b', 'a and 2 more']);
  });

  test('counts, rates and intervals', () => {
    expect([count(1_234_567), rate(18_240_000), interval({ low: 4.2, high: 500 })]).toEqual([
      '1,234,567',
      '18.2 MB/s',
      '4.2 s to 8 min 20 s',
    ]);
    expect([plural(1, 'table'), plural(2, 'table')]).toEqual(['1 table', '2 tables']);
  });

  test('moments are in UTC, and a deadline says what is left of it', () => {
    expect(utc('2026-11-21T23:04:59.999+01:00')).toBe('2026-11-21 22:04 UTC');
    expect(utc(0, 'second')).toBe('1970-01-01 00:00:00 UTC');
    const deadline = '2026-11-21T22:00:00Z';
    expect(remaining(deadline, Date.parse('2026-11-21T21:00:30Z'))).toBe('59 min 30 s left');
    expect(remaining(deadline, Date.parse('2026-11-21T22:00:05Z'))).toBe('passed 5.0 s ago');
  });
});
