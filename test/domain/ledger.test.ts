import {
  effectEndsIn,
  emptyLedger,
  holds,
  leaseOf,
  nothingSaved,
  refusalToAdmit,
  refusalToTake,
  rehearsed,
  released,
  saving,
  taken,
  takenOver,
} from '../../lib/domain/ledger.ts';
import { Ledger, type SavedState } from '../../lib/workflow/documents/ledger.ts';
import { later, noon, plan, record, rehearsal } from '../support/run-documents.ts';

const empty = emptyLedger('acme-retool', noon);
const taking = (run: string, more: { mode?: 'rehearsal' | 'cutover' } = {}) => ({
  run,
  execution: `arn:execution:${run}`,
  mode: 'cutover' as const,
  configurationDigest: 'c',
  at: noon,
  ...more,
});
const held = taken(empty, taking('one'));

describe('taking the lease', () => {
  test('makes the execution the holder under the next epoch', () => {
    expect(refusalToTake(empty, taking('one'))).toBeNull();
    expect(held).toMatchObject({
      epoch: 1,
      phase: 'collecting',
      writable: 'source',
      holder: { run: 'one', since: noon },
    });
    expect(leaseOf(held)).toEqual({ migration: 'acme-retool', run: 'one', epoch: 1 });
  });

  test('twice by the same execution changes nothing, so that a retried step goes on', () => {
    expect(refusalToTake(held, taking('one'))).toBeNull();
    expect(taken(held, taking('one'))).toBe(held);
  });

  test('is refused while another execution holds it, and the refusal names the holder', () => {
    expect(refusalToTake(held, taking('two'))).toMatch(/held by run one \(cutover, execution arn:execution:one\)/);
  });

  test('never becomes possible by waiting', () => {
    expect(refusalToTake(held, { ...taking('two'), at: later(365 * 86_400) })).not.toBeNull();
  });

  test('forgets what an earlier run had saved', () => {
    const before = { ...empty, saved: { ...nothingSaved, dns: [] }, effect: { task: 'ChangeDns', until: noon } };
    expect(taken(before, taking('one'))).toMatchObject({ saved: nothingSaved, effect: null });
  });

  test('is refused for ever once the target is the side that users write to', () => {
    const switched = released({ ...held, pointOfNoReturn: noon, writable: 'target' });
    expect(refusalToTake(switched, taking('two'))).toContain('point of no return');
    expect(refusalToTake(switched, taking('two', { mode: 'rehearsal' }))).toContain('point of no return');
  });
});

describe('taking over', () => {
  const after = takenOver(held, 'arn:unwind');

  test('keeps the run, takes the next epoch, and refuses what the former holder still does', () => {
    expect(leaseOf(after)).toEqual({ migration: 'acme-retool', run: 'one', epoch: 2 });
    expect(after).toMatchObject({ phase: 'unwinding', holder: { execution: 'arn:unwind', since: noon } });
    expect(holds(after, leaseOf(held)!)).toBe(false);
    expect(holds(after, leaseOf(after)!)).toBe(true);
  });

  test('keeps what is to be put back', () => {
    const saved: SavedState = { ...nothingSaved, services: [{ service: 'web', desiredCount: 2 }] };
    expect(takenOver({ ...held, saved }, 'arn:unwind').saved).toEqual(saved);
  });
});

test.each([
  ['another run', { run: 'two' }],
  ['an earlier epoch', { epoch: 0 }],
  ['a later epoch', { epoch: 2 }],
  ['another migration', { migration: 'other' }],
])('a lease of %s does not hold', (_, difference) => {
  expect(holds(held, { migration: 'acme-retool', run: 'one', epoch: 1, ...difference })).toBe(false);
});

test('nobody has a lease on a ledger without a holder', () => {
  expect(leaseOf(empty)).toBeNull();
  expect(holds(empty, { migration: 'acme-retool', run: 'one', epoch: 0 })).toBe(false);
});

describe('an effect under way', () => {
  const acting: Ledger = { ...held, effect: { task: 'StopSource', until: later(30) } };

  test('is waited for until its time has passed, and not longer', () => {
    expect(effectEndsIn(acting, Date.parse(noon))).toBe(30_000);
    expect(effectEndsIn(acting, Date.parse(later(30)))).toBe(0);
    expect(effectEndsIn(acting, Date.parse(later(60)))).toBe(0);
    expect(effectEndsIn(held, Date.parse(noon))).toBe(0);
  });
});

describe('saving', () => {
  test('keeps what was saved first, because a second look may see the change', () => {
    const first = saving(nothingSaved, { services: [{ service: 'web', desiredCount: 2 }] });
    const second = saving(first, { services: [{ service: 'web', desiredCount: 0 }], dns: [record()] });
    expect(second).toEqual({ ...nothingSaved, services: [{ service: 'web', desiredCount: 2 }], dns: [record()] });
  });

  test('an empty list is something that was saved', () => {
    expect(saving(saving(nothingSaved, { dns: [] }), { dns: [record()] }).dns).toEqual([]);
  });

  test('does not change what it was given', () => {
    saving(nothingSaved, { dns: [] });
    expect(nothingSaved.dns).toBeNull();
  });
});

describe('releasing', () => {
  const saved: SavedState = { ...nothingSaved, dns: [record()] };

  test('before the point of no return leaves nothing behind', () => {
    expect(released({ ...held, saved, phase: 'unwinding' })).toMatchObject({
      holder: null,
      phase: 'idle',
      effect: null,
      saved: nothingSaved,
      epoch: 1,
    });
  });

  test('after it keeps what leads back', () => {
    expect(released({ ...held, saved, pointOfNoReturn: noon, writable: 'target' })).toMatchObject({
      holder: null,
      phase: 'switched',
      writable: 'target',
      saved,
    });
  });

  test('keeps the epoch, so that no later lease equals an earlier one', () => {
    expect(taken(released(held), taking('two')).epoch).toBe(2);
  });
});

describe('admission', () => {
  const now = Date.parse(noon);

  test('asks for a green rehearsal of the same plan that is fresh', () => {
    expect(refusalToAdmit(rehearsal(), plan(), 168, now)).toBeNull();
  });

  test.each([
    ['none', null, /no green rehearsal/],
    ['one of another plan', rehearsal({ planDigest: 'other' }), /another plan/],
    ['a stale one', rehearsal({ finishedAt: later(-169 * 3600) }), /169 hours old.*at most 168/],
    ['one that only copied', rehearsal({ level: 'copy' }), /did not boot the target/],
  ])('refuses %s', (_, last, why) => {
    expect(refusalToAdmit(last, plan(), 168, now)).toMatch(why);
  });

  test('one that only copied does not displace one that booted the same plan', () => {
    const first = rehearsed(emptyLedger('acme-retool', noon), rehearsal({ run: 'monday' }));
    expect(first.lastRehearsal?.run).toBe('monday');
    expect(rehearsed(first, rehearsal({ run: 'tuesday', level: 'copy' })).lastRehearsal?.run).toBe('monday');
    expect(rehearsed(first, rehearsal({ run: 'tuesday' })).lastRehearsal?.run).toBe('tuesday');
    const other = rehearsal({ run: 'tuesday', level: 'copy', planDigest: 'other' });
    expect(rehearsed(first, other).lastRehearsal?.run).toBe('tuesday');
  });

  test('takes one that is exactly as old as is allowed', () => {
    expect(refusalToAdmit(rehearsal({ finishedAt: later(-168 * 3600) }), plan(), 168, now)).toBeNull();
  });
});

test('a ledger that an earlier version wrote is read: its rehearsal only copied, and nothing is booted', () => {
  const { boot: _boot, ...saved } = empty.saved;
  const { level: _level, ...older } = rehearsal();
  expect(Ledger.parse({ ...empty, saved, lastRehearsal: older })).toEqual({
    ...empty,
    lastRehearsal: rehearsal({ level: 'copy' }),
  });
});
