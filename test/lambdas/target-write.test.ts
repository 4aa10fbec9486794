import { proveTargetWrite } from '../../lambdas/prove-target-write/handler.ts';
import type { Variable } from '../../lib/adapters/kubernetes/application.ts';
import type { Login } from '../../lib/adapters/postgres/connect.ts';
import { keys } from '../../lib/domain/run.ts';
import { WorkflowError } from '../../lib/workflow/errors.ts';
import { lease, noon, targetWrite } from '../support/run-documents.ts';
import { type Account, call, refusedBy, withRun } from './account.ts';

const written = (of: Account) => of.documents.json(keys.document(lease.run, 'target-write'));
const environment = new Map<string, Variable>([
  ['POSTGRES_HOST', { value: 'pooler.invalid' }],
  ['POSTGRES_DB', { value: 'retool' }],
  ['POSTGRES_USER', { value: 'app' }],
  ['POSTGRES_PASSWORD', { secret: { name: 'db-credentials', key: 'password' } }],
]);

/** The task, with a Secret of the given text. */
function trying(
  of: Account,
  password: string | null,
  proveWrite: () => Promise<never> | Promise<{ table: string; settings: [] }>,
  own = 'passage',
) {
  const logins: Login[] = [];
  of.deployments.set('retool', { ...of.deployments.get('retool')!, environment });
  const ran = proveTargetWrite.run(
    {
      ...of,
      application: () => ({ ...of.application(), secret: async () => password }),
      secrets: { ...of.secrets, login: async () => ({ username: own, password: 'of-passage' }) },
      proveWrite: async (login) => {
        logins.push(login);
        return proveWrite();
      },
    },
    { lease },
    call,
  );
  return { ran, logins };
}
const accepted = async () => ({ table: 'public.users', settings: [] as [] });

describe('ProveTargetWrite', () => {
  test("signs in with the pods' login where Passage's own goes, and writes down what was tried but no password", async () => {
    const it = withRun();
    const { ran, logins } = trying(it, 'hush-hush', accepted);
    expect(await ran).toEqual({});
    expect(logins).toMatchObject([{ host: '127.0.0.1', database: 'retool', user: 'app', password: 'hush-hush' }]);
    const login = { user: 'app', through: 'Secret db-credentials/password', unknown: null };
    expect(written(it)).toEqual(targetWrite({ at: noon, login }));
    expect(JSON.stringify(written(it))).not.toContain('hush-hush');
  });

  test('goes on where Passage may not read the password, and says that nothing was tried', async () => {
    const it = withRun();
    const { ran, logins } = trying(it, null, accepted);
    expect(await ran).toEqual({});
    expect(logins).toEqual([]);
    expect(written(it)).toMatchObject({ login: { user: 'app', unknown: expect.any(String) }, tried: null });
  });

  test("says that it was Passage's own password, where the pods' may not be read", async () => {
    const it = withRun();
    const { ran, logins } = trying(it, null, accepted, 'app');
    expect(await ran).toEqual({});
    expect(logins).toMatchObject([{ user: 'app', password: 'of-passage' }]);
    expect(written(it)).toMatchObject({
      login: { user: 'app', through: "Passage's own password", unknown: expect.stringContaining('db-credentials') },
      tried: { table: 'public.users' },
    });
  });

  test('a write that is refused is the failure of the run, and nothing is written down', async () => {
    const it = withRun();
    const { ran } = trying(it, 'hush-hush', () => Promise.reject(new WorkflowError('TargetWriteRefused', 'read-only')));
    await expect(ran).rejects.toEqual(refusedBy('TargetWriteRefused'));
    expect(it.documents.objects.has(keys.document(lease.run, 'target-write'))).toBe(false);
  });
});
