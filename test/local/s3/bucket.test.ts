import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Bucket, segmentOf } from '../../../lib/local/s3/bucket.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'bucket-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const put = (bucket: Bucket, key: string, text: string) => {
  const file = bucket.newFile();
  writeFileSync(file, text);
  return bucket.add(key, {
    modified: 1,
    size: text.length,
    etag: `"${text}"`,
    segments: [segmentOf(file, text.length)],
    headers: {},
  });
};
const data = () => readdirSync(join(directory, 'data'));

test('a crash in the middle of an upload leaves bytes that the next start sweeps', () => {
  const before = new Bucket(directory, 'b');
  put(before, 'kept', '1');
  writeFileSync(before.newFile(), 'half of an upload');
  expect(data()).toHaveLength(2);
  expect(new Bucket(directory, 'b').current('kept')?.etag).toBe('"1"');
  expect(data()).toHaveLength(1);
});

test('a torn last line of the index is as if it had not been written', () => {
  put(new Bucket(directory, 'b'), 'kept', '1');
  const index = join(directory, 'index.jsonl');
  appendFileSync(index, '{"put":"torn","vers');
  const after = new Bucket(directory, 'b');
  expect(after.keys()).toEqual(['kept']);
  put(after, 'next', '2');
  expect(new Bucket(directory, 'b').keys()).toEqual(['kept', 'next']);
});

test('the index is written anew without what is gone', () => {
  const bucket = new Bucket(directory, 'b');
  for (const text of ['1', '2', '3']) put(bucket, 'key', text);
  put(bucket, 'gone', 'x');
  bucket.remove('gone', 'null');
  new Bucket(directory, 'b');
  expect(readFileSync(join(directory, 'index.jsonl'), 'utf8').trim().split('\n')).toHaveLength(1);
});
