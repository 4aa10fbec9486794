import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createWorkplace, type Ended, type Workplace } from '../support/command-line.ts';
import { decideByHand } from '../support/people.ts';
import { askedNoMore, refusedCalls } from '../support/permissions.ts';
import { expectAsBefore, expectEveryWriteOnce, type Standing, sampleLogins, standing } from '../support/standing.ts';
import { until } from '../support/until.ts';

/** One "no" is enough, before the freeze and in the middle of it; then everything is as before. */
const MINUTES = 60_000;

let place: Workplace;
let before: Standing;

beforeAll(async () => {
  place = createWorkplace();
  await place.inWorld(async (info) => {
    await until(() => info.acknowledged().length > 3);
    before = await standing(info);
  });
}, 3 * MINUTES);

afterAll(async () => {
  expect(refusedCalls(place.memory)).toEqual([]);
  expect(await place.close()).toEqual([]);
}, 3 * MINUTES);

test(
  'rejected before the freeze, the run ends with 5, says who said no, and has touched nothing',
  async () => {
    const cutover = await place.run('cutover', '--reject-as', 'bob@example.com');
    expect(cutover.output).toContain('bob@example.com decides: reject.');
    expect(cutover).toMatchObject({ code: 5 });
    expect(cutover.output).not.toContain('Stop the source services');
    expectReport(cutover, 'go', 'called off');
    await asBefore();
  },
  8 * MINUTES,
);

test(
  'rejected behind the fence with the target up, users work on as if nothing had been',
  async () => {
    const command = place.start('cutover');
    await command.said(/^Run cutover-\d{8}-\d{6}/m);
    const run = /^Run (cutover-\S+)/m.exec(command.output())![1]!;
    await decideByHand(place, `${run}-go`, { 'bob@example.com': 'approve', 'carol@example.com': 'approve' });
    await command.said('Ask for switch');
    // The first vote against ends it: nobody waits for a second.
    await decideByHand(place, `${run}-switch`, { 'carol@example.com': 'reject' });
    const cutover = await command.ended;
    expect(cutover).toMatchObject({ code: 5 });
    // It was rehearsed by the run before, and that is still fresh.
    expect(cutover.output).not.toContain('rehearsing first');
    expect(cutover.output).not.toContain('Change the record');
    expectReport(cutover, 'switch', 'unwound');
    await asBefore();
    expect(await askedNoMore(place.memory, /^(StopTarget|UnfenceSource|StartSource)Role$/)).toEqual([]);
  },
  8 * MINUTES,
);

test(
  'and then a rehearsal ends well',
  async () => {
    expect(await place.run('rehearse')).toMatchObject({ code: 0 });
    expect(await place.leftovers()).toEqual([]);
  },
  4 * MINUTES,
);

function expectReport({ output }: Ended, subject: string, verdict: string): void {
  const run = [...output.matchAll(/^Run (cutover-\S+)/gm)].at(-1)![1]!;
  const folder = join(place.memory, 'runs', run);
  expect(JSON.parse(readFileSync(join(folder, 'summary.json'), 'utf8'))).toMatchObject({
    verdict,
    approvals: expect.arrayContaining([expect.objectContaining({ subject, decision: 'rejected' })]),
  });
  expect(readFileSync(join(folder, 'report.html'), 'utf8')).toMatch(/reject/i);
}

async function asBefore(): Promise<void> {
  expect(await place.leftovers()).toEqual([]);
  await place.inWorld(async (info) => {
    await expectAsBefore(info, before);
    await expectEveryWriteOnce(info, sampleLogins(place.memory).source.master);
    const acknowledged = info.acknowledged().length;
    await until(() => info.acknowledged().length > acknowledged);
    expect(new Set(info.acknowledged().map(({ side }) => side))).toEqual(new Set(['ECS']));
  });
}
