import { expect, test } from '@jest/globals';
import { chunkBytesAt, pageRanges, planChunks } from '../../../lib/copier/dump/chunks.ts';
import type { PlannedTable } from '../../../lib/copier/staged.ts';

const MiB = 1 << 20;
const table = (bytes: number, pages = Math.ceil(bytes / 8192)) => ({ bytes, pages }) as PlannedTable;
const PG15 = 150000;

test('large tables are cut by pages, without gap or overlap, and the last range is open', () => {
  const ranges = pageRanges(table(200 * MiB));
  expect(ranges).toEqual([{ to: 6400 }, { from: 6400, to: 12800 }, { from: 12800, to: 19200 }, { from: 19200 }]);
});

test.each([1, 2, 3, 7, 1000, 8191, 8192, 8193, 99_999])('%s pages are covered once', (pages) => {
  const ranges = pageRanges(table(5000 * MiB, pages));
  expect(ranges[0]?.from).toBeUndefined();
  expect(ranges.at(-1)?.to).toBeUndefined();
  ranges.slice(1).forEach((range, at) => {
    expect(range.from).toBe(ranges[at]?.to);
    expect(range.from).toBeLessThan(pages);
  });
});

test('small tables share chunks of at most 50 tables and 16 MiB, empty ones too', () => {
  const chunks = planChunks([...new Array(120).fill(table(0)), ...new Array(40).fill(table(MiB - 1))], [], PG15);
  expect(chunks.map(({ pieces }) => pieces.length)).toEqual([50, 50, 36, 16, 8]);
  expect(chunks.flatMap(({ pieces }) => pieces.map((piece) => piece.table))).toEqual(
    Array.from({ length: 160 }, (_, at) => at),
  );
});

test('a table is one chunk where ranges of pages would scan it whole each time', () => {
  expect(planChunks([table(500 * MiB)], [], 130000)).toHaveLength(1);
});

test('large objects come last, and ids sort in the order of the plan', () => {
  const chunks = planChunks([table(70 * MiB), table(2 * MiB)], [{ from: 1, to: 9 }], PG15);
  expect(chunks.map(({ id }) => id)).toEqual(['000001', '000002', '000003', '000004']);
  expect(chunks.at(-1)).toMatchObject({ pieces: [], largeObjects: { from: 1, to: 9 } });
});

test('a rate makes chunks smaller, so that none holds its table for long', () => {
  expect(chunkBytesAt()).toBe(64 * MiB);
  expect(chunkBytesAt(100)).toBe(64 * MiB);
  expect(chunkBytesAt(2)).toBe(20e6);
  expect(chunkBytesAt(0.1)).toBe(4 * MiB);
  expect(planChunks([table(100e6)], [], PG15, chunkBytesAt(2))).toHaveLength(5);
});
