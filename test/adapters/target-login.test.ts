import { applicationLogin } from '../../lib/adapters/target-login.ts';
import { WorkflowError } from '../../lib/workflow/errors.ts';

type Environment = Parameters<typeof applicationLogin>[1]['environment'];
type Variable = Environment extends ReadonlyMap<string, infer V> ? V : never;

const own = { username: 'passage', password: 'of-passage' };
const secrets: Record<string, string> = {
  'db/password': 'of-the-application',
  'db/url': 'postgres://app:in-url@db.invalid/retool',
};
const application = {
  secret: async (name: string, key: string) => {
    if (name === 'closed') throw new WorkflowError('TargetNotFound', 'forbidden');
    return secrets[`${name}/${key}`] ?? null;
  },
};
const from = (name: string, key: string): Variable => ({ secret: { name, key } });
const login = (environment: Record<string, Variable>, as = own) =>
  applicationLogin(application, { name: 'retool', environment: new Map(Object.entries(environment)) }, as);
const named = {
  POSTGRES_HOST: { value: 'db.invalid' },
  POSTGRES_DB: { value: 'retool' },
  POSTGRES_USER: { value: 'app' },
};

test.each([
  ['a Secret', { ...named, POSTGRES_PASSWORD: from('db', 'password') }, 'of-the-application', 'Secret db/password'],
  ['a variable in clear', { ...named, POSTGRES_PASSWORD: { value: 'clear' } }, 'clear', 'variable POSTGRES_PASSWORD'],
  ['a whole URL in a Secret', { DATABASE_URL: from('db', 'url') }, 'in-url', 'Secret db/url'],
])('the password is that of %s, as pods get it', async (_, environment, password, through) => {
  expect(await login(environment)).toEqual({ found: { user: 'app', through, unknown: null }, password });
});

test("where it is Passage's own login, a write is tried with that password, and the pods' is said not to be known", async () => {
  const found = await login({ ...named, POSTGRES_PASSWORD: from('closed', 'password') }, { ...own, username: 'app' });
  expect(found).toMatchObject({
    found: {
      user: 'app',
      through: "Passage's own password",
      unknown: expect.stringMatching(/may not read Secret closed\/password/),
    },
    password: 'of-passage',
  });
});

test('what may not be read, is not there or is said nowhere is told, and no password is made up', async () => {
  const closed = await login({ ...named, POSTGRES_PASSWORD: from('closed', 'password') });
  expect(closed).toMatchObject({ found: { user: 'app', through: null }, password: null });
  expect(closed.found.unknown).toMatch(/"retool".*may not read Secret closed\/password \(POSTGRES_PASSWORD\)/);
  expect(await login({ ...named, POSTGRES_PASSWORD: from('db', 'gone') })).toMatchObject({ password: null });
  expect((await login({})).found).toMatchObject({
    user: null,
    unknown: expect.stringMatching(/nothing that Passage may read/),
  });
});
