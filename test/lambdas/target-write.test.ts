import { proveTargetWrite } from '../../lambdas/prove-target-write/handler.ts';
import type { Variable } from '../../lib/adapters/kubernetes/deployments.ts';
import type { Login } from '../../lib/adapters/postgres/connect.ts';
import { keys } from '../../lib/domain/run.ts';
import type { WriteRight } from '../../lib/workflow/documents/proofs.ts';
import { WorkflowError } from '../../lib/workflow/errors.ts';
import { fence, lease, noon, targetWrite } from '../support/run-documents.ts';
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
  proveWrite: () => Promise<never> | Promise<{ table: string; settings: []; notes: [] }>,
  own = 'passage',
) {
  const logins: Login[] = [];
  const measured: (readonly WriteRight[] | null)[] = [];
  const proof = keys.document(lease.run, 'fence');
  if (!of.documents.objects.has(proof)) of.documents.tamper(proof, fence());
  of.deployments.set('retool', { ...of.deployments.get('retool')!, environment });
  const ran = proveTargetWrite.run(
    {
      ...of,
      application: () => ({ ...of.application(), secret: async () => password }),
      secrets: { ...of.secrets, login: async () => ({ username: own, password: 'of-passage' }) },
      proveWrite: async (login, _, before) => {
        logins.push(login);
        measured.push(before);
        return proveWrite();
      },
    },
    { lease },
    call,
  );
  return { ran, logins, measured };
}
const accepted = async () => ({ table: 'public.users', settings: [] as [], notes: [] as [] });

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

  test('measures its rights by those on the frozen source, and by nothing where these are not known', async () => {
    const applicationRights = [{ object: 'public.users', rights: ['SELECT'] }];
    const { applicationRights: _, ...earlier } = fence();
    for (const [proof, measuredBy] of [
      [fence({ applicationRights }), applicationRights],
      [earlier, null],
    ]) {
      const it = withRun();
      it.documents.tamper(keys.document(lease.run, 'fence'), proof);
      const { ran, measured } = trying(it, 'hush-hush', accepted);
      await ran;
      expect(measured).toEqual([measuredBy]);
    }
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
