import { type Role, roles } from '../lib/copier/contract.ts';
import { unseal } from '../lib/copier/sealed.ts';
import { keys, Plan } from '../lib/copier/staged.ts';
import { provedEqual } from './contestants.ts';
import { spread, table } from './figures.ts';
import { type Copy, type Stage, withSession } from './stage.ts';

/** Of the bytes that a role has brought to where they are safe. */
const SHARES = [0.25, 0.5, 0.75] as const;
const LOOK_EVERY_MS = 50;

/**
 * What it costs that a worker is killed (`kill -9`) and started again at once: the time of the whole copy, relative to
 * the undisturbed one of the same round.
 * @returns a Markdown table
 */
export async function benchmarkResume(
  stage: Stage,
  runs: number,
  say: (line: string) => void,
  shares: readonly number[] = SHARES,
): Promise<string> {
  const undisturbed: number[] = [];
  const ratios = new Map<string, number[]>();
  for (let round = 0; round < runs; round++) {
    const told = (what: string, seconds: number) =>
      say(`resume, round ${round + 1} of ${runs}: ${what}: ${seconds.toFixed(1)} s`);
    const whole = await timed(stage);
    undisturbed.push(whole);
    told('undisturbed', whole);
    for (const role of roles) {
      for (const share of shares) {
        const seconds = await timed(stage, { role, share });
        const name = nameOf(role, share);
        ratios.set(name, [...(ratios.get(name) ?? []), seconds / whole]);
        told(`${role} killed at ${share * 100} %`, seconds);
      }
    }
  }
  await stage.clear();
  return table(
    ['time relative to the undisturbed copy', ...shares.map((share) => `killed at ${share * 100} %`)],
    [
      ...roles.map((role) => [role, ...shares.map((share) => spread(ratios.get(nameOf(role, share)) ?? [], 2))]),
      ['undisturbed, s', spread(undisturbed, 1), ...shares.slice(1).map(() => '')],
    ],
  );
}

const nameOf = (role: Role, share: number) => `${role} ${share}`;

async function timed(stage: Stage, disturbance?: { role: Role; share: number }): Promise<number> {
  await stage.clear();
  const copy = await stage.prepareCopy();
  const began = performance.now();
  const workers = new Map(roles.map((role) => [role, stage.startWorker(role, copy.inputs[role])]));
  if (disturbance) {
    const { role, share } = disturbance;
    const worker = workers.get(role)!;
    await reached(copy, role, share);
    worker.kill();
    await worker.ended;
    workers.set(role, stage.startWorker(role, copy.inputs[role]));
  }
  await Promise.all([...workers.values()].map(({ ended }) => ended));
  const seconds = (performance.now() - began) / 1000;
  await provedEqual(copy);
  return seconds;
}

/** Resolves as soon as chunks with this share of the plan's bytes are staged (dump), or committed (restore). */
async function reached(copy: Copy, role: Role, share: number): Promise<void> {
  const plan = await planOf(copy);
  const all = plan.chunks.reduce((sum, { bytes }) => sum + bytes, 0);
  const done = role === 'dump' ? staged : loaded;
  await withSession(copy.target, async (client) => {
    for (;;) {
      const ids = new Set(await done(copy, plan, (sql) => client.query<{ chunk: string }>(sql)));
      const bytes = plan.chunks.filter(({ id }) => ids.has(id)).reduce((sum, chunk) => sum + chunk.bytes, 0);
      if (bytes >= share * all) return;
      await pause();
    }
  });
}

const pause = () => new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));

async function planOf({ staging }: Copy): Promise<Plan> {
  for (;;) {
    const plan = await staging.get(keys.plan(1));
    if (plan) return unseal(Plan, plan, keys.plan(1));
    await pause();
  }
}

type Query = (sql: string) => Promise<{ readonly rows: readonly { readonly chunk: string }[] }>;

const lastWord = (name: string) => name.slice(name.lastIndexOf('/') + 1);

const staged = async ({ staging }: Copy, plan: Plan) =>
  (await staging.list(keys.done(plan.attempt))).map((key) => lastWord(key).replace(/\.json$/, ''));

const loaded = async (_: Copy, plan: Plan, query: Query) =>
  (await query(`SELECT chunk FROM passage.chunks WHERE chunk LIKE '${plan.id}/%'`)).rows.map(({ chunk }) =>
    lastWord(chunk),
  );
