import { readFileSync } from 'node:fs';
import {
  coveredSeconds,
  effectStates,
  flatten,
  freezeStates,
  freezeWindow,
  overheadSeconds,
  timeline,
  workOf,
} from '../../lib/domain/timeline.ts';
import { machines } from '../../lib/workflow/registry.ts';
import type { Work } from '../../lib/workflow/summary.ts';
import { copyProof } from '../pages/fixtures/documents.ts';
import { at, play } from '../pages/fixtures/play.ts';
import { cutoverRun, failedRun } from '../pages/fixtures/runs.ts';

const START = '2026-11-21T20:14:03.120Z';
const moment = (seconds: number): string => at(START, seconds);
const work = (from: number, to: number, kind: Work['kind'] = 'dump'): Work => ({
  kind,
  name: kind,
  from: moment(from),
  to: moment(to),
});

describe('the phases of a run', () => {
  test('are the states of the journey in order, without those that take no time', () => {
    const phases = timeline(
      play('RetoolEcsToEks', START, [
        { name: 'Take the lease', seconds: 0.5 },
        { name: 'Is this a rehearsal?', type: 'Choice' },
        { name: 'Record the rehearsal', seconds: 2 },
        { name: 'Rehearsed', type: 'Succeed' },
      ]),
      moment(10),
    );
    expect(phases).toEqual([
      { name: 'Take the lease', startedAt: START, endedAt: moment(0.5), seconds: 0.5, status: 'done', steps: [] },
      {
        name: 'Record the rehearsal',
        startedAt: moment(0.5),
        endedAt: moment(2.5),
        seconds: 2,
        status: 'done',
        steps: [],
      },
    ]);
  });

  test('hold the branches of a Parallel, and after it the journey goes on outside of them', () => {
    const phases = timeline(
      play('RetoolEcsToEks', START, [
        {
          name: 'Collect',
          type: 'Parallel',
          branches: [[{ name: 'Collect source', seconds: 2 }], [{ name: 'Collect target', seconds: 1 }]],
        },
        { name: 'Inspect databases', seconds: 1 },
      ]),
      moment(10),
    );
    expect(phases.map(({ name, seconds }) => [name, seconds])).toEqual([
      ['Collect', 2],
      ['Inspect databases', 1],
    ]);
    expect(phases[0]!.steps.map(({ name, seconds }) => [name, seconds])).toEqual([
      ['Collect source', 2],
      ['Collect target', 1],
    ]);
  });

  test('hold the states of the execution that they started', () => {
    const phases = timeline(
      play('RetoolEcsToEks', START, [
        { name: 'Freeze', nested: { machine: 'Freeze', states: [{ name: 'Prove the fence', seconds: 3 }] } },
      ]),
      moment(10),
    );
    expect(phases).toHaveLength(1);
    expect(phases[0]!.steps.map(({ name }) => name)).toEqual(['Prove the fence']);
  });

  test('an execution that no state started is a phase of its own', () => {
    const phases = timeline(failedRun().histories, moment(60));
    expect(phases.at(-1)).toMatchObject({ name: 'Unwind', status: 'running', endedAt: null });
    expect(phases.at(-1)!.steps.map(({ name }) => name)).toContain('Drop the copy');
  });

  test('what still runs is measured to the given moment', () => {
    const [phase] = timeline(
      play('RetoolEcsToEks', START, [{ name: 'Write the report', seconds: 1, running: true }]),
      moment(7),
    );
    expect(phase).toMatchObject({ endedAt: null, seconds: 7, status: 'running' });
  });

  test('tell the step that failed from its neighbour that was stopped', () => {
    const steps = flatten(
      timeline(
        play(
          'CopyDatabase',
          START,
          [
            {
              name: 'Dump and restore',
              type: 'Parallel',
              fails: 'open',
              branches: [
                [{ name: 'Dump', seconds: 9, running: false }],
                [{ name: 'Restore', seconds: 9, fails: 'open' }],
              ],
            },
          ],
          { error: 'RestoreFailed' },
        ),
        moment(10),
      ),
    );
    expect(Object.fromEntries(steps.map(({ name, status }) => [name, status]))).toEqual({
      'Dump and restore': 'failed',
      Dump: 'done',
      Restore: 'failed',
    });
  });

  test('a Parallel is left even when its exit follows an event inside of a branch', () => {
    const [history] = play('CopyDatabase', START, [
      { name: 'Copy', type: 'Parallel', fails: 'left', branches: [[{ name: 'Dump', seconds: 2, fails: 'open' }]] },
      { name: 'Tell', seconds: 1 },
    ]);
    const failed = history!.events.find(({ type }) => type === 'TaskFailed')!;
    const events = history!.events.map((event) =>
      event.type === 'ParallelStateExited' ? { ...event, previousEventId: failed.id } : event,
    );
    expect(timeline([{ ...history!, events }], moment(10))).toMatchObject([
      { name: 'Copy', seconds: 2, status: 'failed', steps: [{ name: 'Dump', status: 'failed' }] },
      { name: 'Tell', seconds: 1, status: 'done', steps: [] },
    ]);
  });

  test('a branch that never ended is stopped with the whole', () => {
    const histories = play('CopyDatabase', START, [{ name: 'Dump', seconds: 4 }], { status: 'ABORTED' });
    const [history] = histories;
    const cut = { ...history!, events: history!.events.filter(({ type }) => type !== 'TaskStateExited') };
    expect(timeline([cut], moment(10))[0]).toMatchObject({ status: 'stopped', endedAt: moment(4) });
  });

  test('a task that failed and was retried well has not failed', () => {
    const [history] = play('Freeze', START, [{ name: 'Prove the fence', seconds: 1 }]);
    const [started, entered, scheduled, succeeded, exited] = history!.events;
    const events = [
      started!,
      entered!,
      scheduled!,
      { ...succeeded!, type: 'TaskFailed' },
      { ...scheduled!, id: 5, previousEventId: 4 },
      { ...succeeded!, id: 6, previousEventId: 5 },
      { ...exited!, id: 7, previousEventId: 6 },
    ];
    expect(timeline([{ ...history!, events }], moment(10))[0]).toMatchObject({ status: 'done', seconds: 1 });
  });

  test('reads moments as dates, texts and milliseconds alike', () => {
    const [history] = play('Freeze', START, [{ name: 'Prove the fence', seconds: 1 }]);
    const events = history!.events.map((event) => ({ ...event, timestamp: new Date(event.timestamp!).getTime() }));
    const execution = { ...history!.execution, startDate: new Date(START) };
    expect(timeline([{ execution, events }], moment(10))).toEqual(timeline([history!], moment(10)));
  });
});

describe('overhead', () => {
  const window = { from: START, to: moment(10) };

  test('is the time of a window in which no work ran, and overlapping work counts once', () => {
    expect(overheadSeconds(window, [work(1, 5), work(2, 6, 'restore'), work(8, 9, 'proof')])).toBe(4);
  });

  test('looks at no work outside of the window', () => {
    expect(overheadSeconds(window, [work(-5, 1), work(9, 30)])).toBe(8);
    expect(coveredSeconds(window, [work(20, 30)])).toBe(0);
  });

  test('is never negative', () => {
    expect(overheadSeconds(window, [work(-10, 20)])).toBe(0);
    expect(overheadSeconds({ from: moment(10), to: START }, [])).toBe(0);
  });

  test('counts no time in which people decide, nor that of a side that stops or starts', () => {
    const run = cutoverRun();
    const phases = timeline(run.histories, run.writtenAt);
    const kinds = new Set(workOf(phases, run.copies, run.approvals, run.writtenAt).map(({ kind }) => kind));
    expect(kinds).toEqual(new Set(['dump', 'restore', 'proof', 'effect', 'waiting']));
  });

  test('counts the time between a worker’s end and the comparison of its work', () => {
    const copy = copyProof('scratch', START, { restoredAt: moment(4), provedAt: moment(7) });
    const phases = timeline(
      play('CopyDatabase', START, [
        { name: 'Restore', seconds: 5 },
        { name: 'Prove that all arrived', seconds: 2 },
      ]),
      moment(7),
    );
    expect(workOf(phases, [copy], [], moment(7)).at(-1)).toMatchObject({
      kind: 'proof',
      from: moment(5),
      to: moment(7),
    });
    expect(workOf([], [copy], [], moment(7)).at(-1)).toMatchObject({ kind: 'proof', from: moment(4) });
  });

  test('a copy that never came to a proof counts by the states of its workers', () => {
    const run = failedRun();
    const phases = timeline(run.histories, run.writtenAt);
    const names = (copies: typeof run.copies): string[] =>
      workOf(phases, copies, [], run.writtenAt).map(({ kind, name }) => `${kind} ${name}`);
    expect(names([])).toEqual(expect.arrayContaining(['dump Dump', 'restore Restore']));
    expect(names([copyProof('scratch', moment(2))])).toEqual(
      expect.arrayContaining(['dump Dump', 'restore Restore', 'proof Proof']),
    );
  });
});

describe('the freeze', () => {
  const seconds = (names: readonly string[]) => names.map((name) => ({ name, seconds: 1 }));

  test('lasts from entering Freeze to leaving Switch', () => {
    const phases = timeline(
      play('RetoolEcsToEks', START, seconds(['Collect', 'Freeze', 'Copy', 'Switch', 'End'])),
      START,
    );
    expect(freezeWindow(phases)).toEqual({ from: moment(1), to: moment(4) });
  });

  test('is none where nothing was frozen', () => {
    expect(freezeWindow(timeline(play('RetoolEcsToEks', START, seconds(['Collect'])), START))).toBeNull();
  });

  test('ends with the start of the source services when the run was unwound', () => {
    const journey = play('RetoolEcsToEks', START, seconds(['Freeze', 'Copy']), { error: 'WorkerLost' });
    const unwind = play('Unwind', moment(5), seconds(['Take over', 'Start the source services', 'Drop the copy']));
    expect(freezeWindow(timeline([...journey, ...unwind], moment(20)))).toEqual({ from: START, to: moment(7) });
    expect(freezeWindow(timeline(journey, moment(20)))).toEqual({ from: START, to: null });
  });
});

test('every state that is named here exists in a state machine', () => {
  const text = Object.values(machines)
    .map(({ folder }) =>
      readFileSync(new URL(`../../statemachines/${folder}/definition.asl.json`, import.meta.url), 'utf8'),
    )
    .join();
  const missing = [...effectStates, ...Object.values(freezeStates), 'Dump', 'Restore', 'Prove that all arrived'].filter(
    (name) => !text.includes(`"${name}": {`),
  );
  expect(missing).toEqual([]);
});
