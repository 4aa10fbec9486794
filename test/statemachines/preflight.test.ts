import { everyStateIsVisited } from './coverage.ts';
import { fails, lease } from './fakes.ts';
import { play } from './play.ts';
import { everyFailureHasItsFate } from './recovery.ts';

const first = { lease, look: 'first' as const };

test('collects the source, then all other sides at once, DNS once the target has told its Ingress, inspects the databases that were found, and judges', async () => {
  const run = await play('Preflight', first);
  expect(run.path).toEqual([
    'Collect source',
    'Collect',
    'Collect target',
    'Collect mail',
    'Collect DNS',
    'Inspect databases',
    'Write the files',
    'Run preflight',
    'Were the databases looked into?',
    'Looked',
  ]);
});

test.each(['first', 'last'] as const)('every task is told that it is the %s look', async (look) => {
  const run = await play('Preflight', { lease, look });
  const looking = run.calls.filter(({ task }) => task !== 'WriteFiles');
  expect(looking.map(({ input }) => input)).toEqual(looking.map(() => ({ lease, look })));
  expect(looking).toHaveLength(6);
});

test('one part of the collection that fails ends the others', async () => {
  const run = await play('Preflight', first, { CollectTarget: fails('SecretUnavailable') });
  expect(run).toMatchObject({ status: 'FAILED', error: 'SecretUnavailable' });
  expect(run.path).not.toContain('Inspect databases');
});

test('files are written before a BLOCKER can end the run, and where they cannot be, it goes on', async () => {
  const blocked = await play('Preflight', first, { RunPreflight: fails('PreflightBlocked') });
  expect(blocked.path).toContain('Write the files');
  const run = await play('Preflight', first, { WriteFiles: fails('LeaseLost') });
  expect(run.path.slice(-4)).toEqual(['Write the files', 'Run preflight', 'Were the databases looked into?', 'Looked']);
});

test('a database that cannot be looked into ends the run only when files are written and the rest is judged', async () => {
  const run = await play('Preflight', first, { InspectDatabases: fails('SourceLoginRefused') });
  expect(run).toMatchObject({ status: 'FAILED', error: 'SourceLoginRefused', cause: expect.stringMatching(/\w/) });
  expect(run.path.slice(-5)).toEqual([
    'Inspect databases',
    'Write the files',
    'Run preflight',
    'Were the databases looked into?',
    'Refused',
  ]);
  expect(run.calls.at(-1)?.input).toEqual({
    ...first,
    refused: { name: 'SourceLoginRefused', message: expect.stringMatching(/\w/) },
  });
});

everyFailureHasItsFate('Preflight', () => first);
everyStateIsVisited('Preflight');
