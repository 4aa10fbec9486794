import { exitCodes } from '../../lib/commands/command.ts';
import { wasAll } from '../../lib/commands/under-way.ts';

const acme = (mode: 'preflight' | 'rehearsal' | 'cutover') => ({ migration: 'acme', mode });
const asked = (wanted?: 'preflight' | 'rehearsal' | 'cutover') => ({ migration: 'acme', wanted });

test.each([
  ['a rehearsal that goes on is the one that is asked for', acme('rehearsal'), asked('rehearsal'), exitCodes.ok, true],
  ['one that failed, too', acme('rehearsal'), asked('rehearsal'), exitCodes.source, true],
  [
    'that of another migration is not',
    acme('rehearsal'),
    { ...asked('rehearsal'), migration: 'mine' },
    exitCodes.ok,
    false,
  ],
  ['a cutover follows the rehearsal that went on', acme('rehearsal'), asked('cutover'), exitCodes.ok, false],
  [
    'a rehearsal follows a preflight, whatever that found',
    acme('preflight'),
    asked('rehearsal'),
    exitCodes.source,
    false,
  ],
  ['nothing follows a cutover', acme('cutover'), asked('rehearsal'), exitCodes.ok, true],
  ['nothing follows Ctrl-C', acme('preflight'), asked('rehearsal'), exitCodes.interrupted, true],
  ['a diagnosis follows a rehearsal', acme('rehearsal'), asked(), exitCodes.ok, false],
])('%s', (_, run, of, code, all) => {
  expect(wasAll(run, of, code)).toBe(all);
});
