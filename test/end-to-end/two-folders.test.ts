import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sampleMigration } from '../../lib/commands/sample.ts';
import { createWorkplace, type Workplace } from '../support/command-line.ts';

/** Two simulated accounts on one machine, and two commands in one account. */
const MINUTES = 60_000;

let alone: Workplace;
let shared: Workplace;
beforeAll(() => {
  alone = createWorkplace();
  shared = createWorkplace();
});
afterAll(async () => {
  expect(await alone.close()).toEqual([]);
  expect(await shared.close()).toEqual([]);
}, 3 * MINUTES);

test(
  'two rehearsals at once in two folders end well, one of them in the account that "serve" has up',
  async () => {
    const serve = shared.start('serve');
    const other = alone.run('rehearse');
    await serve.said('The simulated account is up');
    const joined = await shared.run('rehearse');
    expect(joined.output).toContain('Joined the simulated account that "passage serve" is running.');
    expect(joined).toMatchObject({ code: 0 });
    expect(await other).toMatchObject({ code: 0 });
    // The account outlives the command that joined it; that of the other folder is gone with its command.
    expect(await alone.leftovers()).toEqual([]);

    const { dns } = sampleMigration();
    expect(await shared.run('dig', dns!.record)).toMatchObject({
      code: 0,
      output: expect.stringContaining(`${dns!.record} → acme-retool-ecs-`),
    });
    expect(await shared.run('reset')).toMatchObject({
      code: 2,
      output: expect.stringContaining('"passage serve"'),
    });
    const { output } = await shared.run('runs', '--json');
    expect(JSON.parse(output)).toMatchObject([{ verdict: 'rehearsed', migration: 'acme-retool' }]);

    serve.interrupt();
    expect(await serve.ended).toMatchObject({ code: 0 });
    expect(await shared.leftovers()).toEqual([]);
  },
  8 * MINUTES,
);

test(
  'the same command again, in the same folder, ends well again',
  async () => {
    expect(await alone.run('rehearse')).toMatchObject({ code: 0 });
    expect(await alone.leftovers()).toEqual([]);
    const { output } = await alone.run('runs', '--json');
    expect(JSON.parse(output)).toMatchObject([{ verdict: 'rehearsed' }, { verdict: 'rehearsed' }]);
  },
  4 * MINUTES,
);
