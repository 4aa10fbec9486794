import { expect, test } from '@jest/globals';
import { exitCodeOf } from '../../lib/commands/command.ts';
import { errorNames } from '../../lib/workflow/errors.ts';
import { passage } from './calling.ts';

const COMMANDS = [
  'preflight',
  'rehearse',
  'cutover',
  'runs',
  'show',
  'validate',
  'verify',
  'diagnose',
  'dig',
  'serve',
  'reset',
];

test.each([[], ['--help'], ['-h'], ['help']])(
  '"passage %s" lists every command and every exit code',
  async (...argv) => {
    const { code, output } = await passage(...argv.filter(Boolean));
    expect(code).toBe(0);
    for (const name of COMMANDS) expect(output).toContain(`passage ${name}`);
    for (const number of [1, 2, 3, 4, 5, 6, 7, 12, 130]) expect(output).toMatch(new RegExp(`\\b${number} `));
  },
);

test.each(COMMANDS)('"passage %s --help" says what it does, and does nothing', async (name) => {
  const { code, output } = await passage(name, '--help');
  expect(code).toBe(0);
  expect(output).toMatch(new RegExp(`^passage ${name}`));
  expect(output).toContain('--help');
});

test('an option is shown with what it takes', async () => {
  const { output } = await passage('cutover', '--help');
  expect(output).toMatch(/--approve-as <emails>\s+\S/);
  expect(output).toMatch(/--reject-as <email>\s+\S/);
});

test.each([
  [['rehaerse'], 'There is no command "rehaerse"'],
  [['rehearse', '--kep'], '"npm run passage -- rehearse --help" lists the options'],
  [['rehearse', '--migration'], '--migration'],
  [['rehearse', 'acme-retool'], '"npm run passage -- rehearse" takes nothing but options after its name'],
  [['show'], '"npm run passage -- show <run>" takes <run> after its name'],
  [['runs', '--json=yes'], '--json'],
  [['cutover', '--approve-as', 'nobody@example.com'], 'nobody@example.com is not an approver of the sample'],
])('%j is a mistake of the caller: exit code 2 and one sentence', async (argv, told) => {
  const { code, output } = await passage(...argv);
  expect(code).toBe(2);
  expect(output).toContain(told);
  expect(output).not.toContain('    at ');
});

test('each declared error has the exit code of who is at fault, anything else that of Passage', () => {
  const codes = ['LeaseHeld', 'PreflightBlocked', 'ApprovalRejected', 'SourceUnreachable', 'DataDiffers', 'WorkerLost'];
  expect(codes.map(exitCodeOf)).toEqual([2, 3, 5, 6, 7, 12]);
  expect(exitCodeOf('States.Timeout')).toBe(12);
  // What every object has is no error that was declared.
  expect(exitCodeOf('toString')).toBe(12);
  for (const name of errorNames) expect([2, 3, 5, 6, 7, 12]).toContain(exitCodeOf(name));
});
