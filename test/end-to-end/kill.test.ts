import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { simulatedAccount } from '../../lib/commands/simulated-account.ts';
import { createWorkplace, type RunningCommand, type Workplace } from '../support/command-line.ts';
import { decideByHand } from '../support/people.ts';
import { expectAsBefore, expectEveryWriteOnce, type Standing, sampleLogins, standing } from '../support/standing.ts';
import { until } from '../support/until.ts';

/** `kill -9` of the command, the workers, PostgreSQL and everything else in the middle of a freeze. */
const MINUTES = 60_000;

let place: Workplace;
let before: Standing;
/** Writes that were acknowledged before the last crash. */
let acknowledged = 0;

beforeAll(async () => {
  place = createWorkplace();
  await place.inWorld(async (info) => {
    await until(() => info.acknowledged().length > 3);
    before = await standing(info);
  });
  expect(await place.run('rehearse')).toMatchObject({ code: 0 });
}, 6 * MINUTES);

afterAll(async () => {
  expect(await place.close()).toEqual([]);
}, 3 * MINUTES);

test(
  'killed while the fence goes up, everything is put back by the next command, which says so',
  async () => {
    const cutover = place.start('cutover', '--approve-as', 'bob@example.com,carol@example.com');
    await cutover.said('Fence the source database');
    await killedAndPutBack(cutover);
  },
  6 * MINUTES,
);

test(
  'killed behind the fence, with the copy made and the target up, everything is put back as well',
  async () => {
    const cutover = place.start('cutover');
    const run = await runOf(cutover);
    await decideByHand(place, `${run}-go`, { 'bob@example.com': 'approve', 'carol@example.com': 'approve' });
    await cutover.said('Ask for switch');
    await cutover.said(/approvals\/\S+-switch\/\S+[\s\S]*approvals\/\S+-switch\//);
    await killedAndPutBack(cutover);
  },
  6 * MINUTES,
);

test(
  'and then a rehearsal ends well',
  async () => {
    const rehearsal = await place.run('rehearse');
    expect(rehearsal).toMatchObject({ code: 0 });
    expect(place.leftovers()).toEqual([]);
  },
  4 * MINUTES,
);

async function killedAndPutBack(cutover: RunningCommand): Promise<void> {
  const run = await runOf(cutover);
  await cutover.killAll();
  await until(() => place.leftovers().length === 0);
  const { code, output } = await place.run('diagnose');
  expect(output).toContain(`Run ${run} was cut off`);
  expect(output).toContain('Putting everything back (unwind).');
  expect(output).toMatch(/Nothing is under way, and nothing is left over\. The source serves\.\n$/);
  expect(code).toBe(0);
  await place.inWorld(async (info) => {
    expect(await simulatedAccount(info).ledgers.read('acme-retool')).toMatchObject({ pointOfNoReturn: null });
    await expectAsBefore(info, before);
    const { source } = sampleLogins(place.memory);
    await expectEveryWriteOnce(info, source.master);
    // Users can work again.
    acknowledged = info.acknowledged().length;
    await until(() => info.acknowledged().length > acknowledged);
  });
  expect(place.leftovers()).toEqual([]);
}

const runOf = async (command: RunningCommand): Promise<string> => {
  await command.said(/^Run cutover-\d{8}-\d{6}/m);
  return /^Run (cutover-\d{8}-\d{6})/m.exec(command.output())?.[1] ?? '';
};
