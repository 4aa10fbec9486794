import { expect, test } from '@jest/globals';
import { applicationName, isScratchDatabaseOf, scratchDatabaseName } from '../../../lib/adapters/postgres/names.ts';

const long = 'acme-retool-2026-11-21T09-30-00-cutover-of-the-whole-production-instance';

test('a session is named by run and epoch', () => {
  expect(applicationName('acme-1', 3)).toBe('passage/acme-1/3');
});

test('names fit into what PostgreSQL keeps of them, and long ones stay apart', () => {
  for (const name of [applicationName(long, 999_999_999), scratchDatabaseName(long), scratchDatabaseName(long, long)]) {
    expect(Buffer.byteLength(name)).toBeLessThanOrEqual(63);
  }
  expect(applicationName(`${long}-a`, 1)).not.toBe(applicationName(`${long}-b`, 1));
  expect(scratchDatabaseName(`${long}-a`)).not.toBe(scratchDatabaseName(`${long}-b`));
});

test('a scratch database is known by its run', () => {
  expect(scratchDatabaseName('Acme.1')).toBe('passage_acme_1');
  for (const run of ['acme-1', long]) {
    expect(isScratchDatabaseOf(run, scratchDatabaseName(run))).toBe(true);
    expect(isScratchDatabaseOf(run, scratchDatabaseName(run, 'hammerhead_production'))).toBe(true);
  }
  for (const other of [
    'retool',
    'passage',
    'passage_',
    'passage_acme',
    'passage_acme_12',
    scratchDatabaseName('acme-2'),
  ]) {
    expect(isScratchDatabaseOf('acme-1', other)).toBe(false);
  }
});
