import { everyStateIsVisited } from './coverage.ts';
import { fails, lease } from './fakes.ts';
import { play } from './play.ts';
import { everyFailureHasItsFate } from './recovery.ts';

const first = { lease, look: 'first' as const };

test('collects from all sides at once, DNS once the target has told its Ingress, inspects the databases that were found, and judges', async () => {
  const run = await play('Preflight', first);
  expect(run.path).toEqual([
    'Collect',
    'Collect source',
    'Collect target',
    'Collect mail',
    'Collect DNS',
    'Inspect databases',
    'Run preflight',
    'Looked',
  ]);
});

test.each(['first', 'last'] as const)('every task is told that it is the %s look', async (look) => {
  const run = await play('Preflight', { lease, look });
  expect(run.calls.map(({ input }) => input)).toEqual(run.calls.map(() => ({ lease, look })));
  expect(run.calls).toHaveLength(6);
});

test('one part of the collection that fails ends the others', async () => {
  const run = await play('Preflight', first, { CollectTarget: fails('TargetNotFound') });
  expect(run).toMatchObject({ status: 'FAILED', error: 'TargetNotFound' });
  expect(run.path).not.toContain('Inspect databases');
});

everyFailureHasItsFate('Preflight', () => first);
everyStateIsVisited('Preflight');
