import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { z } from 'zod';
import { histories } from '../../lib/adapters/histories.ts';
import { ask } from '../../lib/adapters/resolver.ts';
import { sampleMigration } from '../../lib/commands/sample.ts';
import { type SimulatedAccount, simulatedAccount } from '../../lib/commands/simulated-account.ts';
import { startWorld, type World } from '../../lib/local/world/world.ts';
import { createWorkplace, type Ended, type Workplace } from '../support/command-line.ts';
import { processList } from '../support/process-list.ts';
import { found, leaksIn, secretsOf } from '../support/secrets.ts';
import { expectEveryWriteOnce, sampleLogins } from '../support/standing.ts';
import { until } from '../support/until.ts';

/** What a user types, in a folder where nothing is yet; most tests look at what it left. */
const MINUTES = 60_000;
// On a machine that may be busy: a limit for hangs, not a measure.
jest.setTimeout(2 * MINUTES);
const RUN = /Run ((?:rehearsal|cutover)-\d{8}-\d{6})/g;

let place: Workplace;
let cutover: Ended;
let rehearsalRun: string;
let cutoverRun: string;
/** Every command line that was seen on the machine meanwhile. */
const commandLines = new Set<string>();

beforeAll(async () => {
  place = createWorkplace();
  const command = place.start('cutover', '--approve-as', 'bob@example.com,carol@example.com');
  const watching = setInterval(() => {
    for (const { command: line } of processList()) commandLines.add(line);
  }, 250);
  cutover = await command.ended;
  clearInterval(watching);
  const runs = [...cutover.output.matchAll(RUN)].map(([, run]) => run ?? '');
  [rehearsalRun = '', cutoverRun = ''] = runs;
}, 10 * MINUTES);

afterAll(async () => {
  expect(await place.close()).toEqual([]);
}, 3 * MINUTES);

test('the command rehearses first, then cuts over, and ends with 0 and no process', () => {
  expect(cutover).toMatchObject({ code: 0 });
  expect(cutover.output).toMatch(
    /rehearsing first[\s\S]*Run rehearsal-[\s\S]*acme-retool: rehearsed[\s\S]*Run cutover-/,
  );
  expect(cutover.output).toContain('acme-retool: cut over');
  expect(place.leftovers()).toEqual([]);
});

test('both runs leave a report, and a summary that fits its published schema', () => {
  const published = readFileSync(new URL('../../docs/schemas/summary.schema.json', import.meta.url), 'utf8');
  const schema = z.fromJSONSchema(JSON.parse(published) as Parameters<typeof z.fromJSONSchema>[0]);
  const summaries = [rehearsalRun, cutoverRun].map((run) => {
    const folder = join(place.memory, 'runs', run);
    expect(readFileSync(join(folder, 'report.html'), 'utf8')).toContain(run);
    return schema.parse(JSON.parse(readFileSync(join(folder, 'summary.json'), 'utf8')));
  });
  expect(summaries).toMatchObject([
    { verdict: 'rehearsed', run: rehearsalRun },
    { verdict: 'cut over', run: cutoverRun },
  ]);
  // The schema refuses what a summary is not.
  expect(schema.safeParse({ ...(summaries[0] as object), verdict: 'perhaps' }).success).toBe(false);
});

test('no secret of the sample is in a history, a log, the evidence, a report or a process list', () => {
  const secrets = secretsOf(place.memory);
  for (const kind of ['value', 'link', 'token'] as const) expect(secrets.get(kind)!.size).toBeGreaterThan(3);
  expect(leaksIn(place.memory, secrets)).toEqual([]);
  // The search does find one that is where it should not be, in base64 too.
  const planted = join(place.memory, 'lambda', 'logs', 'planted.log');
  const [[name = '', value = ''] = []] = secrets.get('value')!;
  writeFileSync(planted, `password: ${Buffer.from(value).toString('base64')}`);
  expect(leaksIn(place.memory, secrets)).toContain(`lambda/logs/planted.log holds ${name}`);
  rmSync(planted);
  expect(commandLines.size).toBeGreaterThan(10);
  for (const values of secrets.values()) {
    expect(found(cutover.output, values)).toEqual([]);
    expect([...commandLines].filter((line) => found(line, values).length > 0)).toEqual([]);
  }
});

describe('in the world that it left', () => {
  let world: World;
  let account: SimulatedAccount;
  beforeAll(async () => {
    world = await startWorld({ directory: place.memory, command: 'test', sample: true });
    account = simulatedAccount(world.info);
  }, 2 * MINUTES);
  afterAll(() => world.stop());

  const events = async () => {
    const all = await histories(account.executions, `${executionsOf(account.journey)}:${cutoverRun}`);
    return all.flatMap((history) => history.events);
  };

  test(
    'the name leads to the target, and the application there serves under it',
    async () => {
      const { dns } = sampleMigration();
      const [answered] = await ask([world.info.dns.server], dns!.record);
      expect(answered!.answer.map((name) => name.replace(/\.$/, ''))).toEqual([dns!.target]);
      await until(async () => (await page(world, dns!.target, dns!.record)).includes('Served by <strong>EKS'));
    },
    3 * MINUTES,
  );

  test('every acknowledged write is on the target exactly once, those of before and after the switch', async () => {
    const sides = new Set(world.info.acknowledged().map(({ side }) => side));
    expect([...sides]).toEqual(['ECS', 'EKS']);
    await expectEveryWriteOnce(world.info, sampleLogins(place.memory).target.master);
  });

  test('the source was sealed before the point of no return, and the gate opened only after it', async () => {
    const entered = (await events())
      .filter(({ type }) => type === 'TaskStateEntered')
      .sort((a, b) => Number(a.timestamp) - Number(b.timestamp))
      .map(({ stateEnteredEventDetails }) => stateEnteredEventDetails?.name ?? '');
    const order = ['Change the record', 'Seal the source', 'Pass the point of no return', 'Open the gate'];
    expect(entered.filter((name) => order.includes(name))).toEqual(order);
    const ledger = await account.ledgers.read('acme-retool');
    expect(ledger).toMatchObject({ holder: null, writable: 'target', phase: 'switched' });
  });

  test('the one who started the run was sent no link and has no vote', async () => {
    const mails = await world.info.outbox();
    expect(new Set(mails.map(({ to }) => to))).toEqual(new Set(['bob@example.com', 'carol@example.com']));
    for (const subject of ['go', 'switch']) {
      const request = await account.approvals.request(`${cutoverRun}-${subject}`);
      expect(request!.requester).toMatch(/alice@example\.com$/);
      expect(request!.approvers.map(({ email }) => email)).toEqual(['bob@example.com', 'carol@example.com']);
      expect(request!.excluded).toMatchObject([{ email: 'alice@example.com' }]);
    }
  });
});

test(
  'after a cutover a rehearsal makes the sample anew, and Ctrl-C in its copy puts everything back',
  async () => {
    const rehearsal = place.start('rehearse');
    await rehearsal.said(/^\s+[\d.]+ s\s+Restore$/m);
    rehearsal.interrupt();
    const { code, output } = await rehearsal.ended;
    expect(output).toContain('The sample was cut over before: it is made anew.');
    expect(output).toContain('Putting everything back');
    expect(code).toBe(130);
    expect(place.leftovers()).toEqual([]);
    const diagnosis = await place.run('diagnose');
    expect(diagnosis.code).toBe(0);
    expect(diagnosis.output).toMatch(/Nothing is under way/);
  },
  5 * MINUTES,
);

const executionsOf = (machine: string) => machine.replace(':stateMachine:', ':execution:');

/** As a browser gets it that has resolved the name. */
function page({ info }: World, balancer: string, name: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const sent = request({ ...info.addressOf(balancer), path: '/', headers: { host: name } });
    sent.once('error', reject);
    sent.once('response', async (response) => resolve((await response.toArray()).join('')));
    sent.end();
  });
}
