import { expect, test } from '@jest/globals';
import { Agenda, type Job } from '../../../lib/copier/restore/agenda.ts';
import type { SchemaEntry } from '../../../lib/copier/restore/schema-entries.ts';
import type { DoneMark, Plan } from '../../../lib/copier/staged.ts';

const entry = (id: number, type: string, dependsOn: number[], oid = 0): SchemaEntry => ({
  id,
  type,
  schema: 'public',
  owner: '-',
  oid,
  dependsOn,
  name: `${type} ${id}`,
  sql: '',
});
/** Two tables; the first in two chunks. */
const plan = {
  tables: [{ oid: 100 }, { oid: 200 }],
  chunks: [
    { id: '1', pieces: [{ table: 0 }] },
    { id: '2', pieces: [{ table: 0 }] },
    { id: '3', pieces: [{ table: 1 }] },
  ],
} as unknown as Plan;
const before = [entry(10, 'TABLE', [], 100), entry(20, 'TABLE', [], 200)];
const mark = (chunk: string, table: number) => ({ chunk, pieces: [{ table }] }) as unknown as DoneMark;

const take = (agenda: Agenda) => {
  const job = agenda.next();
  return [job, job?.kind === 'build' ? job.entry.name : job?.mark.chunk] as const;
};
const end = (agenda: Agenda, job: Job | undefined) => job && agenda.ended(job);

test('an index is built as soon as its table is whole, before further chunks', () => {
  const agenda = new Agenda(plan, before, [entry(30, 'INDEX', [10]), entry(31, 'INDEX', [20])]);
  expect(take(agenda)[0]).toBeUndefined();
  for (const [chunk, table] of [
    ['3', 1],
    ['2', 0],
    ['1', 0],
  ] as const)
    agenda.offer(mark(chunk, table));
  const [first, name1] = take(agenda);
  const [second, name2] = take(agenda);
  expect([name1, name2]).toEqual(['1', '2']);
  end(agenda, first);
  const [third, name3] = take(agenda);
  expect(name3).toBe('3');
  expect(take(agenda)[0]).toBeUndefined();
  end(agenda, second);
  expect(agenda.tablesLoaded).toBe(1);
  expect(take(agenda)[1]).toBe('INDEX 30');
  expect(take(agenda)[0]).toBeUndefined();
  end(agenda, third);
  expect(take(agenda)[1]).toBe('INDEX 31');
});

test('triggers and foreign keys wait for all data, and for what they depend on', () => {
  const agenda = new Agenda(plan, before, [
    entry(40, 'FK CONSTRAINT', [20, 41]),
    entry(41, 'CONSTRAINT', [20]),
    entry(42, 'TRIGGER', [20]),
  ]);
  for (const [chunk, table] of [
    ['1', 0],
    ['2', 0],
    ['3', 1],
  ] as const)
    agenda.offer(mark(chunk, table));
  const jobs = [take(agenda)[0], take(agenda)[0], take(agenda)[0]];
  end(agenda, jobs[2]);
  const [key, name] = take(agenda);
  expect(name).toBe('CONSTRAINT 41');
  expect(take(agenda)[0]).toBeUndefined();
  end(agenda, jobs[0]);
  end(agenda, jobs[1]);
  expect(take(agenda)[1]).toBe('TRIGGER 42');
  expect(take(agenda)[0]).toBeUndefined();
  end(agenda, key);
  expect(take(agenda)[1]).toBe('FK CONSTRAINT 40');
  expect(agenda.finished).toBe(false);
});

test('a mark that is offered twice is loaded once; the end is when nothing is left', () => {
  const agenda = new Agenda(plan, before, []);
  for (const chunk of ['1', '1', '2', '3', '3']) agenda.offer(mark(chunk, chunk === '3' ? 1 : 0));
  expect(agenda.allOffered).toBe(true);
  let loads = 0;
  for (let [job] = take(agenda); job; [job] = take(agenda)) {
    loads += 1;
    expect(agenda.finished).toBe(false);
    end(agenda, job);
  }
  expect([loads, agenda.finished]).toEqual([3, true]);
});

test('a constraint on a table waits for its indexes, its own too', () => {
  const agenda = new Agenda(plan, before, [
    { ...entry(50, 'CONSTRAINT', [20]), sql: 'ALTER TABLE ONLY t\n    ADD CONSTRAINT k PRIMARY KEY (a);' },
    entry(51, 'INDEX', [20]),
  ]);
  agenda.offer(mark('3', 1));
  end(agenda, take(agenda)[0]);
  const [own, other] = [take(agenda), take(agenda)];
  expect([own[1], other[1]].sort()).toEqual(['CONSTRAINT 50', 'INDEX 51']);
  expect(take(agenda)[0]).toBeUndefined();
  end(agenda, own[0]);
  expect(take(agenda)[0]).toBeUndefined();
  end(agenda, other[0]);
  const [last] = take(agenda);
  expect(last).toMatchObject({ entry: { id: 50, sql: expect.stringMatching(/USING INDEX k/) } });
  end(agenda, last);
});
