import { addressOf } from '../../lib/domain/address.ts';

const login = { username: 'passage', password: 'secret' };

test('what the secret says goes before what was discovered', () => {
  const secret = { ...login, host: 'rds', port: 6432, dbname: 'retool', sslmode: 'require' as const };
  const discovered = { host: 'proxy', port: 1, database: 'other', ssl: 'disable' as const };
  expect(addressOf('arn', secret, discovered)).toEqual({
    secretArn: 'arn',
    host: 'rds',
    port: 6432,
    database: 'retool',
    ssl: 'require',
  });
});

test('what the secret does not say was discovered, or is as PostgreSQL has it', () => {
  expect(addressOf('arn', login, { host: 'db', database: 'retool' })).toEqual({
    secretArn: 'arn',
    host: 'db',
    port: 5432,
    database: 'retool',
    ssl: 'disable',
  });
});

test('without a host or a database there is no address', () => {
  expect(addressOf('arn', login)).toBeNull();
  expect(addressOf('arn', login, { host: 'db' })).toBeNull();
  expect(addressOf('arn', { ...login, dbname: 'retool' })).toBeNull();
});

test('an address never holds name or password', () => {
  const text = JSON.stringify(addressOf('arn', login, { host: 'db', database: 'retool' }));
  expect(text).not.toMatch(/secret"|passage/);
});
