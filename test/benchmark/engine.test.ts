import { statesPerSecond } from '../../benchmark/engine.ts';
import { timeByOwner } from '../../benchmark/rehearsal-share.ts';

test('each machine of the engine runs to its end and has its row', async () => {
  const text = await statesPerSecond({ runs: 1, executions: 1 }, () => {});
  const rows = text.split('\n').filter((line) => /^\| .*\d/.test(line));
  // Entered and left, and 3 more for a task; a Map has 4 of its own, an iteration 2; and the execution's own two.
  expect(rows.map((row) => Number(row.split('|')[2]))).toEqual([
    2 * 1_000 + 2,
    2 * 1_001 + 2,
    5 * 1_000 + 2,
    (5 + 2) * 1_000 + 4 + 2,
  ]);
});

test('a moment belongs to the nearest caller that is a file of the project, or to jsonata', () => {
  const frame = (functionName: string, url: string) => ({ functionName, url });
  const file = (path: string) => `file:///passage/${path}`;
  const profile = {
    nodes: [
      { id: 1, callFrame: frame('(root)', ''), children: [2, 6, 7, 8] },
      { id: 2, callFrame: frame('append', file('lib/local/engine/history.ts')), children: [3, 4, 5] },
      { id: 3, callFrame: frame('writeSync', 'node:fs') },
      { id: 4, callFrame: frame('evaluate', file('node_modules/jsonata/jsonata.js')) },
      { id: 5, callFrame: frame('invoke', file('lib/local/lambda/runtime.ts')) },
      { id: 6, callFrame: frame('(idle)', '') },
      { id: 7, callFrame: frame('(garbage collector)', '') },
      { id: 8, callFrame: frame('parse', file('node_modules/zod/index.js')) },
    ],
    samples: [2, 3, 4, 5, 6, 7, 8],
    timeDeltas: [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000],
  };
  expect(timeByOwner(profile)).toEqual({
    ...{ engine: 11, expressions: 100, idle: 10_000, collector: 100_000 },
    other: 1_001_000,
  });
});
