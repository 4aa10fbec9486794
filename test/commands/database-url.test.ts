import { describe, expect, test } from '@jest/globals';
import { databaseOfUrl } from '../../lib/commands/database-url.ts';
import { passage } from './calling.ts';

const env = { SOURCE_PASSWORD: 'of the source', PGPASSWORD: 'of both' };

test('a URL names everything but the password, which the environment has', () => {
  expect(databaseOfUrl('source', 'postgresql://re%40der@db.example.com:6543/my%20app?sslmode=require', env)).toEqual({
    host: 'db.example.com',
    port: 6543,
    database: 'my app',
    user: 're@der',
    password: 'of the source',
    ssl: 'require',
  });
  expect(databaseOfUrl('target', 'postgres://u@127.0.0.1/app', env)).toMatchObject({
    port: 5432,
    password: 'of both',
    ssl: 'disable',
  });
  expect(databaseOfUrl('source', 'postgres://u@[::1]/app', { SOURCE_PASSWORD: '' })).toMatchObject({
    host: '::1',
    password: '',
  });
});

test('what goes over a network is encrypted unless told otherwise', () => {
  expect(databaseOfUrl('source', 'postgres://u@db.example.com/app', env).ssl).toBe('require');
  expect(databaseOfUrl('source', 'postgres://u@db.example.com/app?sslmode=disable', env).ssl).toBe('disable');
});

describe('is refused with a sentence, which never repeats the URL:', () => {
  test.each([
    ['postgres://u:hunter2@db.example.com/app', /holds a password, .* export SOURCE_PASSWORD instead/],
    ['mysql://u@db/hunter2', /not the URL of a PostgreSQL database/],
    ['host=db password=hunter2', /not the URL of a PostgreSQL database/],
    ['postgres://db.example.com/hunter2', /names no user/],
    ['postgres://u@db.example.com', /names no database/],
    ['postgres://u@db.example.com/a/b', /names no database/],
    ['postgres://u@db.example.com/app?sslmode=verify-full', /sslmode must be/],
    ['postgres://u@db.example.com/app?options=-c', /parameter "options" is not known/],
  ])('%s', (url, told) => {
    const refused = () => databaseOfUrl('source', url, env);
    expect(refused).toThrow(told);
    expect(refused).toThrow(expect.objectContaining({ name: 'InvalidInput' }));
    expect(refused).not.toThrow(/hunter2/);
  });

  test('no password at all', () => {
    expect(() => databaseOfUrl('target', 'postgres://u@db/app', {})).toThrow(/Export TARGET_PASSWORD \(or PGPASSWORD/);
  });
});

test.each([
  [['verify'], '"npm run passage -- verify" needs --source <url>, or --migration <file>'],
  [['verify', '--source', 'postgres://u:hunter2@h/d'], 'holds a password'],
  [['verify', '--migration', 'migrations/acme-retool.json'], 'is a migration on AWS'],
])('%j is a mistake of the caller: exit code 2', async (argv, told) => {
  const { code, output } = await passage(...argv);
  expect(code).toBe(2);
  expect(output).toContain(told);
  expect(output).not.toContain('hunter2');
});
