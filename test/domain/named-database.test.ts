import { expect, test } from '@jest/globals';
import { locateDatabase, type ReadLogin } from '../../lib/domain/named-database.ts';

const application = { host: 'rds.invalid', port: 5432, database: 'hammerhead', ssl: 'require' } as const;
const read = (more: object): ReadLogin => ({
  secretArn: 'arn:login',
  login: { username: 'passage', password: 'p', ...more },
});
const locate = (login: ReadLogin, named: typeof application | null = application) =>
  locateDatabase('source', 'acme/login', login, named, 'no variable of the main backend does');

test("the application's own address is taken where the login's secret names none", () => {
  expect(locate(read({}))).toMatchObject({ database: { host: 'rds.invalid', database: 'hammerhead' }, problems: [] });
  expect(locate(read({ host: 'rds.invalid', dbname: 'hammerhead' })).problems).toEqual([]);
});

test.each([
  ['another database', { host: 'rds.invalid', dbname: 'staging' }, 'BLOCKER'],
  ['another name of its server', { host: 'writer.invalid', dbname: 'hammerhead' }, 'WARNING'],
] as const)("a login's secret that names %s than the application uses is told", (_, names, severity) => {
  expect(locate(read(names))).toMatchObject({
    database: { host: names.host, database: names.dbname },
    problems: [
      {
        kind: 'database-elsewhere',
        severity,
        what: `The source's application uses rds.invalid:5432/hammerhead, Passage's login goes to ${names.host}:5432/${names.dbname}.`,
        where: 'source.database.loginSecret',
      },
    ],
  });
});

test.each([
  ['a host of another server', { host: 'staging.invalid' }, 'WARNING', 'staging.invalid:5432/hammerhead'],
  ['a port of something else', { port: 6432 }, 'WARNING', 'rds.invalid:6432/hammerhead'],
  ['a database of the same server', { dbname: 'staging' }, 'BLOCKER', 'rds.invalid:5432/staging'],
] as const)('a secret that names no more than %s is told as well', (_, names, severity, goes) => {
  expect(locate(read(names)).problems).toMatchObject([
    { kind: 'database-elsewhere', severity, what: expect.stringContaining(`Passage's login goes to ${goes}.`) },
  ]);
});

test('an address that only the secret tells is a warning; one that nobody tells stops', () => {
  expect(locate(read({ host: 'rds.invalid', dbname: 'hammerhead' }), null).problems).toMatchObject([
    { kind: 'database-unnamed', severity: 'WARNING' },
  ]);
  expect(locate(read({}), null)).toMatchObject({
    database: null,
    problems: [{ kind: 'database-unnamed', severity: 'BLOCKER', todo: expect.stringContaining('"acme/login"') }],
  });
});

test('a login that could not be read is the one problem', () => {
  const problem = { kind: 'secret-unreadable', severity: 'BLOCKER', what: 'w', where: 'x', todo: 't' } as const;
  expect(locate({ problem })).toEqual({ database: null, problems: [problem] });
});
