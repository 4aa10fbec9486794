import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { simulatedAccount } from '../../lib/commands/simulated-account.ts';
import { worldPaths } from '../../lib/local/world/paths.ts';
import { createWorkplace, type RunningCommand, type Workplace } from '../support/command-line.ts';
import { decideByHand } from '../support/people.ts';
import { expectAsBefore, expectEveryWriteOnce, type Standing, sampleLogins, standing } from '../support/standing.ts';
import { until } from '../support/until.ts';

/** `kill -9` of the command, the workers, PostgreSQL and everything else: the run goes on with the next command. */
const MINUTES = 60_000;

const everybody = { 'bob@example.com': 'approve', 'carol@example.com': 'approve' } as const;

let place: Workplace;
let before: Standing;

beforeAll(async () => {
  place = createWorkplace();
  await place.inWorld(async (info) => {
    await until(() => info.acknowledged().length > 3);
    before = await standing(info);
  });
}, 6 * MINUTES);

afterAll(async () => {
  expect(await place.close()).toEqual([]);
}, 3 * MINUTES);

test(
  'a rehearsal that was killed in the midst of its copy is ended by the next one',
  async () => {
    const rehearsal = place.start('rehearse');
    const run = await runOf(rehearsal);
    await rehearsal.said('Restore');
    await killed(rehearsal);
    const next = await place.run('rehearse');
    expect(next).toMatchObject({ code: 0 });
    expect(next.output).toContain(goesOn(run));
    expect((await place.run('runs')).output).toMatch(new RegExp(`^${run}  [^\\n]+\\n$`));
    await place.inWorld((info) => expectAsBefore(info, before));
  },
  6 * MINUTES,
);

test(
  'a cutover that was killed while its fence went up, and again when it asked for "switch", cuts over',
  async () => {
    const first = place.start('cutover');
    const run = await runOf(first);
    await decideByHand(place, `${run}-go`, everybody);
    await first.said('Fence the source database');
    await killed(first);

    const second = place.start('cutover');
    await second.said(goesOn(run));
    await second.said(/approvals\/\S+-switch\/\S+[\s\S]*approvals\/\S+-switch\//);
    expect(second.output()).toMatch(/^\d+ steps were over before; it goes on at ".+"\.$/m);
    // "go" was decided already: nobody is asked twice.
    expect(second.output()).not.toContain(`${run}-go/`);
    await killed(second);

    // Who only looks moves nothing: the histories are as they were, to the byte.
    const histories = historiesIn(place.memory);
    const looked = await place.run('diagnose');
    expect(looked).toMatchObject({ code: 0 });
    expect(looked.output).toMatch(new RegExp(`Run ${run} was interrupted at ".*"npm run cutover" sees it through`));
    expect(await place.run('rehearse')).toMatchObject({
      code: 2,
      output: expect.stringContaining('"npm run cutover" first'),
    });
    expect(historiesIn(place.memory)).toEqual(histories);
    expect(Object.keys(histories).some((file) => file.includes(run))).toBe(true);

    // The links of before the kill are answered.
    const third = place.start('cutover');
    await third.said(goesOn(run));
    await decideByHand(place, `${run}-switch`, everybody);
    const { code, output } = await third.ended;
    expect(output).toContain('OK  acme-retool: cut over');
    expect(code).toBe(0);
    await place.inWorld(async (info) => {
      const ledger = await simulatedAccount(info).ledgers.read('acme-retool');
      expect(ledger).toMatchObject({ holder: null, writable: 'target', pointOfNoReturn: expect.any(String) });
      await expectEveryWriteOnce(info, sampleLogins(place.memory).target.master);
      // Users can work again, and nobody unwinds.
      const acknowledged = info.acknowledged().length;
      await until(() => info.acknowledged().length > acknowledged);
      expect(info.acknowledged().at(-1)).toMatchObject({ side: 'EKS' });
    });
    expect(await place.leftovers()).toEqual([]);
  },
  8 * MINUTES,
);

/** What Step Functions remembers, by file. */
function historiesIn(memory: string): Record<string, string> {
  const folder = worldPaths(memory).service('states');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.jsonl'));
  return Object.fromEntries(files.map((file) => [file, readFileSync(join(folder, file), 'utf8')]));
}

async function killed(command: RunningCommand): Promise<void> {
  await command.killAll();
  await until(async () => (await place.leftovers()).length === 0);
}

const goesOn = (run: string): string =>
  `Run ${run} of migration "acme-retool" was interrupted when the simulated account stopped; resuming it.`;

const runOf = async (command: RunningCommand): Promise<string> => {
  await command.said(/^Run (rehearsal|cutover)-\d{8}-\d{6}/m);
  return /^Run ((?:rehearsal|cutover)-\d{8}-\d{6})/m.exec(command.output())?.[1] ?? '';
};
