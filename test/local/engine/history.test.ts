import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type HistoryRecord, openHistory, readEnds, readHistory } from '../../../lib/local/engine/history.ts';

const directory = mkdtempSync(join(tmpdir(), 'history-'));
const path = join(directory, 'run.jsonl');
afterEach(() => rmSync(path, { force: true }));
afterAll(() => rmSync(directory, { recursive: true }));

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
