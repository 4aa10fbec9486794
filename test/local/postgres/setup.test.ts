import { expect, test } from '@jest/globals';
import { advice, installation, type Machine } from '../../../lib/local/postgres/setup.ts';

const machine = (change: Partial<Machine>): Machine => ({
  platform: 'linux',
  root: false,
  has: () => false,
  sudo: () => false,
  ...change,
});
const lines = (of: Machine) => installation(of)?.map((step) => [step.command, ...step.arguments].join(' '));

test('on Debian root installs both packages, and no cluster of the system starts', () => {
  const steps = lines(machine({ root: true, has: (program) => program === 'apt-get' }));
  expect(steps?.at(-1)).toMatch(/apt-get install --yes .*postgresql postgresql-client$/);
  const [conf, install] = ['create_main_cluster = false', 'apt-get install'].map((text) =>
    steps?.findIndex((line) => line.includes(text)),
  );
  expect(conf).toBeGreaterThanOrEqual(0);
  expect(conf).toBeLessThan(install ?? -1);
});

test('an ordinary user with passwordless sudo installs through it', () => {
  const steps = lines(machine({ sudo: () => true, has: (program) => program === 'apt-get' }));
  expect(steps?.every((line) => line.startsWith('sudo -n '))).toBe(true);
});

test('without the right to install, one command is named instead', () => {
  const plain = machine({ has: (program) => program === 'apt-get' });
  expect(installation(plain)).toBeUndefined();
  expect(advice(plain)).toContain('sudo apt-get install');
});

test('a Mac installs by Homebrew', () => {
  expect(lines(machine({ platform: 'darwin', has: (program) => program === 'brew' }))).toEqual([
    'brew install postgresql@16',
  ]);
});
