import { beginUnwind } from '../../lambdas/begin-unwind/handler.ts';
import { changeDns } from '../../lambdas/change-dns/handler.ts';
import { openGate } from '../../lambdas/open-gate/handler.ts';
import { passPointOfNoReturn } from '../../lambdas/pass-point-of-no-return/handler.ts';
import { reconcileRuns } from '../../lambdas/reconcile-runs/handler.ts';
import { releaseLease } from '../../lambdas/release-lease/handler.ts';
import { restoreDns } from '../../lambdas/restore-dns/handler.ts';
import { startSource } from '../../lambdas/start-source/handler.ts';
import { startTarget } from '../../lambdas/start-target/handler.ts';
import { stopSource } from '../../lambdas/stop-source/handler.ts';
import { stopTarget } from '../../lambdas/stop-target/handler.ts';
import type { Lease } from '../../lib/workflow/documents/run.ts';
import { type LambdaName, tasks } from '../../lib/workflow/registry.ts';
import { random } from '../support/random.ts';
import { journeyArn, lease, record } from '../support/run-documents.ts';
import { type Account, call, withRun } from './account.ts';

/**
 * A cutover whose execution ends at an arbitrary moment, with an arbitrary call of it still under way: AWS stops an
 * execution at once, but its last Lambda runs on for as long as its timeout lets it. The databases' fences have tests
 * of their own on real servers.
 */
const unwindMachine = 'arn:aws:states:eu-west-1:111111111111:stateMachine:Unwind';
type Step = readonly [LambdaName, (of: Account, held: Lease) => Promise<unknown>];

const forward: readonly Step[] = [
  ['StopSource', (of, held) => stopSource.run(of, { lease: held }, call)],
  ['StartTarget', (of, held) => startTarget.run(of, { lease: held }, call)],
  ['ChangeDns', (of, held) => changeDns.run(of, { lease: held }, call)],
  ['PassPointOfNoReturn', (of, held) => passPointOfNoReturn.run(of, { lease: held }, call)],
  ['OpenGate', (of, held) => openGate.run(of, { lease: held }, call)],
  ['ReleaseLease', (of, held) => releaseLease.run(of, { lease: held }, call)],
];
const back: readonly Step[] = [
  ['StopTarget', (of, held) => stopTarget.run(of, { lease: held }, call)],
  ['RestoreDns', (of, held) => restoreDns.run(of, { lease: held }, call)],
  ['StartSource', (of, held) => startSource.run(of, { lease: held }, call)],
  ['ReleaseLease', (of, held) => releaseLease.run(of, { lease: held }, call)],
];

/** The world as users meet it. */
interface World {
  readonly it: Account;
  /** Whether the target has a process behind an open gate. */
  readonly open: () => boolean;
  readonly both: string[];
}

function world(): World {
  const it = withRun('cutover');
  const both: string[] = [];
  let gate: 'closed' | 'open' = 'open';
  const targetRuns = () => [...it.deployments.values()].some(({ replicas }) => replicas > 0);
  const sourceRuns = () => it.services.some(({ desiredCount }) => desiredCount > 0);
  const look = (after: string) => {
    if (sourceRuns() && targetRuns() && gate === 'open') both.push(after);
  };
  const app = it.application();
  const scale = it.ecs.scale;
  it.ecs.scale = async (...given) => {
    await scale(...given);
    look(`scale ${given[1]} ${given[2]}`);
  };
  const watched = {
    ...app,
    scale: async (name: string, replicas: number) => {
      await app.scale(name, replicas);
      look(`scale ${name} ${replicas}`);
    },
    closeGate: async (ingress: string, page: string) => {
      await app.closeGate(ingress, page);
      gate = 'closed';
    },
    openGate: async (...given: Parameters<typeof app.openGate>) => {
      await app.openGate(...given);
      gate = 'open';
      look('open gate');
    },
  };
  return { it: Object.assign(it, { application: () => watched }), open: () => gate === 'open' && targetRuns(), both };
}

/** A call that is under way and stops for ever at one of its own requests, or goes on from there later. */
interface Held {
  goOn(): Promise<void>;
}

/**
 * Runs a step with an account whose `nth` request waits until it is let go on. Resolves when the step has ended or
 * waits there.
 */
async function interrupted(it: Account, [, run]: Step, held: Lease, nth: number): Promise<Held> {
  const gate = Promise.withResolvers<void>();
  const reached = Promise.withResolvers<void>();
  let requests = 0;
  const slow =
    <A extends unknown[], R>(act: (...given: A) => Promise<R>) =>
    async (...given: A): Promise<R> => {
      requests += 1;
      if (requests === nth) {
        reached.resolve();
        await gate.promise;
      }
      return act(...given);
    };
  const ledgers = {
    ...it.ledgers,
    effect: slow(it.ledgers.effect),
    changeHeld: slow(it.ledgers.changeHeld),
  } as Account['ledgers'];
  const inner = it.application();
  const app = { ...inner, scale: slow(inner.scale), closeGate: slow(inner.closeGate), openGate: slow(inner.openGate) };
  const slowed: Account = {
    ...it,
    ledgers,
    ecs: { ...it.ecs, scale: slow(it.ecs.scale) },
    dns: { ...it.dns, change: slow(it.dns.change) },
    application: () => app,
  };
  const done = run(slowed, held).then(
    () => {},
    () => {},
  );
  await Promise.race([done, reached.promise]);
  return {
    goOn: async () => {
      gate.resolve();
      await done;
    },
  };
}

/** What the reconciler and the unwind that it starts do, until they have succeeded or refuse for good. */
async function unwind(it: Account): Promise<string> {
  for (let minute = 0; minute < 10; minute++) {
    const { started } = await reconcileRuns.run({ ...it, unwindMachine }, {}, call);
    const [execution] = started;
    if (execution) {
      try {
        const { lease: held } = await beginUnwind.run(it, { migration: lease.migration, execution }, call);
        for (const [, run] of back) await run(it, held);
        it.running.set(execution, 'SUCCEEDED');
        return 'unwound';
      } catch {
        it.running.set(execution, 'FAILED');
      }
    }
    it.time.now += 60_000;
  }
  return it.ledger().pointOfNoReturn ? 'switched' : 'stuck';
}

const asBefore = ({ it }: World) => {
  expect(it.services.map(({ service, desiredCount }) => [service, desiredCount])).toEqual([
    ['web', 2],
    ['jobs', 1],
  ]);
  expect(it.deployments.get('retool')?.replicas).toBe(0);
  expect(it.zone()).toEqual([record()]);
  expect(it.ledger()).toMatchObject({ holder: null, writable: 'source', phase: 'idle', pointOfNoReturn: null });
};

const points = forward.flatMap(([name], index) => [1, 2, 3, 4, 5].map((request) => [name, request, index] as const));

test.each(points)(
  'stopped in %s at request %i for ever: as before, or switched, and never both',
  async (_, request, index) => {
    const here = world();
    const { it } = here;
    for (const [, run] of forward.slice(0, index)) await run(it, lease);
    await interrupted(it, forward[index]!, lease, request);
    it.running.set(journeyArn, 'ABORTED');
    const end = it.ledger().holder === null ? 'released' : await unwind(it);
    expect(here.both).toEqual([]);
    if (it.ledger().pointOfNoReturn) {
      expect(it.services.every(({ desiredCount }) => desiredCount === 0)).toBe(true);
      expect(it.ledger().writable).toBe('target');
    } else {
      expect(end).toBe('unwound');
      asBefore(here);
    }
  },
);

test.each(points)(
  'a call of %s that waits at request %i and outlives its run changes nothing afterwards',
  async (name, request, index) => {
    const here = world();
    const { it } = here;
    for (const [, run] of forward.slice(0, index)) await run(it, lease);
    const late = await interrupted(it, forward[index]!, lease, request);
    it.running.set(journeyArn, 'ABORTED');
    // Lambda lets it run until its timeout, and not a millisecond longer.
    it.time.now += tasks[name].timeoutSeconds * 1000 - 1;
    const [execution = ''] = (await reconcileRuns.run({ ...it, unwindMachine }, {}, call)).started;
    const attempt = await beginUnwind.run(it, { migration: lease.migration, execution }, call).then(
      ({ lease: held }) => held,
      () => null,
    );
    const before = JSON.stringify([it.services, [...it.deployments], it.zone()]);
    await late.goOn();
    // Whoever has taken over found a world in which the late call can do nothing any more.
    if (attempt) expect(JSON.stringify([it.services, [...it.deployments], it.zone()])).toBe(before);
    if (attempt) for (const [, run] of back) await run(it, attempt);
    else {
      it.running.set(execution, 'FAILED');
      it.time.now += 1;
      if (it.ledger().holder) await unwind(it);
    }
    expect(here.both).toEqual([]);
    if (it.ledger().pointOfNoReturn) expect(it.ledger().writable).toBe('target');
    else asBefore(here);
  },
);

test('crash after crash, in the run and in every unwind: the end is as before, or switched', async () => {
  const next = random(7);
  for (let round = 0; round < 150; round++) {
    const here = world();
    const { it } = here;
    const index = Math.floor(next() * forward.length);
    for (const [, run] of forward.slice(0, index)) await run(it, lease);
    await interrupted(it, forward[index]!, lease, 1 + Math.floor(next() * 4));
    it.running.set(journeyArn, 'FAILED');
    for (let crash = 0; crash < 3; crash++) {
      it.time.now += 150_000;
      const [execution] = (await reconcileRuns.run({ ...it, unwindMachine }, {}, call)).started;
      if (!execution) break;
      const held = await beginUnwind.run(it, { migration: lease.migration, execution }, call).then(
        ({ lease: taken }) => taken,
        () => null,
      );
      if (held) {
        const until = Math.floor(next() * back.length);
        for (const [, run] of back.slice(0, until)) await run(it, held);
        await interrupted(it, back[until]!, held, 1 + Math.floor(next() * 3));
      }
      it.running.set(execution, 'FAILED');
    }
    it.time.now += 150_000;
    if (it.ledger().holder) await unwind(it);
    expect(here.both).toEqual([]);
    if (it.ledger().pointOfNoReturn) expect(it.services.every(({ desiredCount }) => desiredCount === 0)).toBe(true);
    else asBefore(here);
  }
});
