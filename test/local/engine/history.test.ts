import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type HistoryRecord,
  historyRecords,
  openHistory,
  readEnds,
  readPage,
} from '../../../lib/local/engine/history.ts';

const directory = mkdtempSync(join(tmpdir(), 'history-'));
const path = join(directory, 'run.jsonl');
afterEach(() => rmSync(path, { force: true }));
afterAll(() => rmSync(directory, { recursive: true }));

const readHistory = (from: string) => [...historyRecords(from)];

/** Two bytes a character, so that a block of reading ends within one. */
const record = (id: number, characters: number): HistoryRecord => ({
  branch: '',
  event: {
    ...{ id, previousEventId: id - 1, timestamp: 0, type: 'PassStateEntered' },
    stateEnteredEventDetails: { name: 'ä'.repeat(characters) },
  },
});

function write(...records: HistoryRecord[]): void {
  const history = openHistory(path);
  for (const each of records) history.append(each);
  history.close();
}

// Blocks of 1 MiB: lines that end within one, on its border, and reach over several.
test.each([
  ['of many lines in one block', [1, 10, 100]],
  ['of lines longer than a block', [400_001, 3, 1_500_000, 700_000]],
])('a history %s is read as it was written', (_, sizes) => {
  const records = sizes.map((characters, index) => record(index + 1, characters));
  write(...records);
  expect(readHistory(path)).toEqual(records);
  expect(readEnds(path)).toEqual({ first: records[0], last: records.at(-1), redriven: undefined });
});

test('a line that ends with the block leaves nothing behind', () => {
  const size = Buffer.byteLength(`${JSON.stringify(record(1, 0))}\n`);
  const padded: HistoryRecord = { ...record(1, 0), branch: 'x'.repeat(1024 * 1024 - size) };
  write(padded, record(2, 1));
  expect(statSync(path).size).toBe(1024 * 1024 + Buffer.byteLength(`${JSON.stringify(record(2, 1))}\n`));
  expect(readHistory(path)).toEqual([padded, record(2, 1)]);
});

test.each([10, 2_000_000])(
  'a last line that was cut after %i characters did not happen, and is gone when it is opened',
  (cut) => {
    write(record(1, 5));
    appendFileSync(path, JSON.stringify(record(2, 3_000_000)).slice(0, cut));
    expect(readHistory(path)).toEqual([record(1, 5)]);
    write(record(2, 1));
    expect(readHistory(path)).toEqual([record(1, 5), record(2, 1)]);
  },
);

test('a file of nothing but a cut line is empty, one that is not there too', () => {
  expect([readHistory(path), readEnds(path)]).toEqual([[], undefined]);
  appendFileSync(path, '{"branch":');
  expect([readHistory(path), readEnds(path)]).toEqual([[], undefined]);
  write();
  expect(readFileSync(path, 'utf8')).toBe('');
});

describe('a part of a history', () => {
  const page = (most: number, backwards = false, position?: number) => readPage(path, { most, backwards, position });
  const ids = (part: ReturnType<typeof page>) => part?.events.map(({ id }) => id);

  test.each([
    ['of short lines', [1, 2, 3, 4, 5]],
    ['of lines longer than a block', [600_000, 1, 700_000, 1_300_000, 2]],
  ])('%s is read from either end, and goes on where the one before ended', (_, sizes) => {
    write(...sizes.map((characters, index) => record(index + 1, characters)));
    // Cut off by a kill.
    appendFileSync(path, '{"branch":');
    for (const [backwards, expected] of [
      [false, [[1, 2], [3, 4], [5]]],
      [true, [[5, 4], [3, 2], [1]]],
    ] as const) {
      const [first, second] = [page(2, backwards), page(2, backwards, page(2, backwards)?.position)];
      const third = page(2, backwards, second?.position);
      expect([first, second, third].map(ids)).toEqual(expected);
      expect(third).not.toHaveProperty('position');
      expect(page(5, backwards)).not.toHaveProperty('position');
      expect(ids(page(5, backwards))).toHaveLength(5);
    }
  });

  test('leaves alone what lies before and after it', () => {
    write(record(1, 3), record(2, 3));
    appendFileSync(path, 'damaged\n');
    write(record(4, 3), record(5, 3));
    expect([page(2), page(2, true)].map(ids)).toEqual([
      [1, 2],
      [5, 4],
    ]);
    expect(() => page(3)).toThrow(`${path} cannot be read: the line at byte`);
  });

  test('holds fewer events when they are long, but one at least', () => {
    write(record(1, 2_500_000), record(2, 2_500_000), record(3, 1));
    expect([ids(page(9)), ids(page(9, true))]).toEqual([[1], [3, 2]]);
    rmSync(path);
    write(record(1, 5_000_000), record(2, 1));
    expect(ids(page(9))).toEqual([1]);
  });

  test('begins where an event does, or is none', () => {
    write(record(1, 1), record(2, 1));
    const { size } = statSync(path);
    expect([1, size - 1, size + 1].map((position) => page(1, false, position))).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect([ids(page(1, false, size)), ids(page(1, true, 0))]).toEqual([[], []]);
  });
});

describe('an event that the system takes only a part of', () => {
  test('is written in as many pieces as it takes', () => {
    const history = openHistory(path, (file, bytes, from) => writeSync(file, bytes, from, 7));
    for (const id of [1, 2, 3]) history.append(record(id, 40));
    history.close();
    expect(readHistory(path)).toEqual([1, 2, 3].map((id) => record(id, 40)));
  });

  test('and no more, did not happen: nothing of it is left for the next to be glued to', () => {
    write(record(1, 40));
    let room = 20;
    const history = openHistory(path, (file, bytes, from) => {
      if (room === 0) throw new Error('ENOSPC: no space left on device');
      const written = writeSync(file, bytes, from, Math.min(room, bytes.length - from));
      room -= written;
      return written;
    });
    expect(() => history.append(record(2, 40))).toThrow('ENOSPC');
    expect(readFileSync(path, 'utf8')).toBe(`${JSON.stringify(record(1, 40))}\n`);
    room = 1000;
    history.append(record(2, 1));
    history.close();
    expect(readHistory(path)).toEqual([record(1, 40), record(2, 1)]);
  });
});
