import { beginsWith, isOn, milliseconds, sameSetting } from '../../lib/domain/session-settings.ts';
import { sessionDefaults } from '../support/run-documents.ts';

const set = (login: string | null, here: boolean, value: string) => ({ login, here, name: 'Work_Mem', value });

test('the nearest setting wins: login in database, login, database, everybody, server', () => {
  const rows = [
    set(null, false, 'all'),
    set(null, true, 'database'),
    set('app', false, 'login'),
    set('app', true, 'both'),
  ];
  const seen = [4, 3, 2, 1, 0].map((count) =>
    beginsWith(sessionDefaults({ stored: rows.slice(0, count), server: { work_mem: 'server' } }), 'app', 'work_mem'),
  );
  expect(seen).toEqual(['both', 'login', 'database', 'all', 'server']);
  expect(beginsWith(sessionDefaults({ stored: rows }), null, 'work_mem')).toBe('database');
  expect(beginsWith(sessionDefaults(), 'app', 'work_mem')).toBeNull();
});

test('values are the same however they are written', () => {
  expect(['30s', '5 min', '1500', '0', 'on'].map(milliseconds)).toEqual([30_000, 300_000, 1500, 0, null]);
  expect(['on', 'TRUE', 'yes', '1', 't', 'off', 'o'].map(isOn)).toEqual([true, true, true, true, true, false, false]);
  expect(sameSetting('30s', '30000')).toBe(true);
  expect(sameSetting('on', 'true')).toBe(true);
  expect(sameSetting('"$user", public', '"$user",public')).toBe(true);
  expect(sameSetting('app, public', 'public')).toBe(false);
  expect(sameSetting('0', '1min')).toBe(false);
});
