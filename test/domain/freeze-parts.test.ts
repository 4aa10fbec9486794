import { readFileSync } from 'node:fs';
import { measureParts, partStates } from '../../lib/domain/freeze-parts.ts';
import { cutoverMeasurement, historyOf } from '../../lib/domain/measurement.ts';
import { summarize } from '../../lib/domain/summary.ts';
import { FreezePart, Measurement } from '../../lib/workflow/documents/measurement.ts';
import { play } from '../pages/fixtures/play.ts';
import { cutoverRun, rehearsalRun } from '../pages/fixtures/runs.ts';
import { measurement } from '../support/run-documents.ts';

const names = (machine: string): string[] => {
  const file = new URL(`../../statemachines/${machine}/definition.asl.json`, import.meta.url);
  return Object.keys((JSON.parse(readFileSync(file, 'utf8')) as { States: object }).States);
};

test('the states at which parts begin are states of the machines', () => {
  const { fence, ...ofJourney } = partStates;
  expect(names('retool-ecs-to-eks')).toEqual(expect.arrayContaining(Object.values(ofJourney)));
  expect(names('freeze')).toContain(fence);
});

describe('a cutover', () => {
  const run = cutoverRun();
  const summary = summarize(run);
  const parts = measureParts(summary.phases, run.copies[0]!, summary.work);

  test('has measured every part, and they add up to its freeze without the people’s time', () => {
    expect(Object.keys(parts)).toEqual(FreezePart.options);
    const sum = Object.values(parts).reduce((total, seconds) => total + seconds, 0);
    expect(sum).toBeCloseTo(summary.freeze.measuredSeconds! - summary.freeze.waitingSeconds!);
  });

  test('its report sets each part beside its prediction', () => {
    expect(summary.freeze.parts.map(({ name }) => name)).toEqual(FreezePart.options);
    for (const part of summary.freeze.parts) {
      expect(part.measuredSeconds).toBeCloseTo(parts[part.name]!);
      const within = part.low <= part.measuredSeconds! && part.measuredSeconds! <= part.high;
      expect(part.grade === 'inside').toBe(within);
    }
  });

  test('leaves a measurement with its grade, which is the newest of the history in its own report', () => {
    const measured = cutoverMeasurement(run, summary)!;
    expect(Measurement.parse(measured)).toEqual(measured);
    expect(measured).toMatchObject({ mode: 'cutover', grade: 'inside', predicted: summary.freeze.predicted });
    expect(measured.freezeSeconds).toBeCloseTo(20.03);
    expect(summary.history.map(({ mode, grade }) => [mode, grade])).toEqual([
      ['rehearsal', null],
      ['cutover', 'inside'],
    ]);
    expect(summary.history.at(-1)).toMatchObject({ run: run.plan.run, bytes: 62_400_000, copySeconds: 8.3 });
  });

  test('that is written twice stands once in its history', () => {
    const again = summarize({ ...run, history: [...run.history, cutoverMeasurement(run, summary)!] });
    expect(again.history).toEqual(summary.history);
  });
});

test('a cutover that was undone leaves the parts that ended, no freeze and no grade', () => {
  const run = cutoverRun();
  const histories = play(
    'RetoolEcsToEks',
    run.plan.startedAt,
    [
      {
        name: 'Freeze',
        nested: {
          machine: 'Freeze',
          states: [
            { name: 'Stop the source services', seconds: 30 },
            { name: 'Fence the source database', seconds: 2 },
          ],
        },
      },
      { name: 'Copy into the target', seconds: 1, fails: 'open' },
    ],
    { error: 'WorkerLost' },
  );
  const undone = { ...run, histories, copies: [], approvals: [] };
  expect(cutoverMeasurement(undone, summarize(undone))).toMatchObject({
    parts: { 'Stop the source services': 30, 'Fence and prove the fence': 2 },
    copy: null,
    freezeSeconds: null,
    grade: null,
  });
});

test('a cutover that never froze, and a rehearsal, leave no measurement of a freeze', () => {
  const [rehearsed, cut] = [rehearsalRun(), cutoverRun()];
  expect(cutoverMeasurement(rehearsed, summarize(rehearsed))).toBeNull();
  const early = { ...cut, histories: rehearsed.histories, approvals: [] };
  expect(cutoverMeasurement(early, summarize(early))).toBeNull();
});

test('a rehearsal measures the workers’ start and the copy', () => {
  const { copies, histories } = rehearsalRun();
  const { phases } = summarize(rehearsalRun());
  expect(histories.length).toBeGreaterThan(1);
  expect(measureParts(phases, copies[0]!, [])).toEqual({
    'Start the workers': expect.closeTo(1.12),
    'Copy and prove': 8.3,
  });
});

test('the clock of a worker that is behind makes no negative time', () => {
  const { phases } = summarize(rehearsalRun());
  const [copy] = rehearsalRun().copies;
  const early = { ...copy!, startedAt: rehearsalRun().plan.startedAt };
  expect(measureParts(phases, early, [])['Start the workers']).toBe(0);
});

test('a history is told from the oldest run to the newest', () => {
  const [old, young] = [measurement({ run: 'a', at: '2026-01-01T00:00:00.000Z' }), measurement({ run: 'b' })];
  expect(historyOf([young, old]).map(({ run }) => run)).toEqual(['a', 'b']);
});
