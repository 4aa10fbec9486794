import { expect, test } from '@jest/globals';
import { exitCodes } from '../../lib/commands/command.ts';
import { type Compared, refuseCutover, wasAll } from '../../lib/commands/under-way.ts';

const run = (mode: 'preflight' | 'rehearsal' | 'cutover', other: Partial<Compared> = {}): Compared => ({
  migration: 'acme',
  mode,
  planDigest: 'd1',
  ...other,
});
const small = { size: 'small' } as const;

test.each([
  ['a rehearsal that goes on is the one that is asked for', run('rehearsal'), run('rehearsal'), exitCodes.ok, true],
  ['one that failed, too', run('rehearsal'), run('rehearsal'), exitCodes.source, true],
  ['that of another migration is not', run('rehearsal'), run('rehearsal', { migration: 'mine' }), exitCodes.ok, false],
  ['nor that of another plan', run('rehearsal'), run('rehearsal', { planDigest: 'd2' }), exitCodes.ok, false],
  ['nor one that never had a plan', run('rehearsal', { planDigest: null }), run('rehearsal'), exitCodes.ok, false],
  ['nor one of another level', run('rehearsal'), run('rehearsal', { level: 'copy' }), exitCodes.ok, false],
  ['nor one that keeps nothing', run('rehearsal'), run('rehearsal', { keep: true }), exitCodes.ok, false],
  ['keeping nothing is the same said and unsaid', run('rehearsal', { keep: false }), run('rehearsal'), 0, true],
  ['nor one of another sample', run('rehearsal', small), run('rehearsal', { size: 'medium' }), exitCodes.ok, false],
  ['where no size is named, any will do', run('rehearsal', small), run('rehearsal'), exitCodes.ok, true],
  ['a cutover follows the rehearsal that went on', run('rehearsal'), run('cutover'), exitCodes.ok, false],
  ['a rehearsal follows a preflight', run('preflight'), run('rehearsal'), exitCodes.source, false],
  ['nothing follows a cutover', run('cutover'), run('rehearsal'), exitCodes.ok, true],
  ['nothing follows Ctrl-C', run('preflight'), run('rehearsal'), exitCodes.interrupted, true],
  ['a diagnosis follows a rehearsal', run('rehearsal'), undefined, exitCodes.ok, false],
])('%s', (_, was, asked, code, all) => {
  expect(wasAll(was, asked, code)).toBe(all);
});

test('an interrupted cutover, and nothing else, keeps a command for less from starting the account', () => {
  const of = (mode: string) =>
    refuseCutover({ name: 'monday', input: JSON.stringify({ migration: 'acme', mode, reason: 'It is time.' }) });
  expect(of('cutover')).toMatch(/^Cutover monday was interrupted.*"npm run cutover" first/);
  expect([of('rehearsal'), of('preflight'), refuseCutover({ name: 'other', input: '{}' })]).toEqual([null, null, null]);
});
