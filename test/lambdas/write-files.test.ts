import { writeFiles } from '../../lambdas/write-files/handler.ts';
import { runDocuments } from '../../lib/adapters/evidence.ts';
import { keys } from '../../lib/domain/run.ts';
import { lease, plan } from '../support/run-documents.ts';
import { call, refusedBy, withRun } from './account.ts';

const run = (of: ReturnType<typeof withRun>) => writeFiles.run(of, { lease }, call);
const without = (of: ReturnType<typeof withRun>, ...names: string[]) => {
  for (const name of names) (of.documents.objects as Map<string, unknown>).delete(keys.document(lease.run, name));
  return of;
};

test('writes each file once and a document that lists them', async () => {
  const it = withRun();
  expect(await run(it)).toEqual({ document: 'files', files: 8 });
  const { files } = runDocuments.files.parse(it.documents.json(keys.document(lease.run, 'files')));
  for (const { name, key } of files) {
    expect(key).toBe(`runs/autumn/files/${name}`);
    expect(it.documents.objects.get(key)?.text).toMatch(/\S/);
  }
  const writes = it.documents.writes.length;
  expect(await run(it)).toEqual({ document: 'files', files: 8 });
  expect(it.documents.writes).toHaveLength(writes);
});

test('a try that was cut off is finished by the next, and what it had written stays', async () => {
  const it = withRun();
  it.documents.tamper(keys.file(lease.run, 'values.yaml'), 'of the first try');
  expect(await run(it)).toEqual({ document: 'files', files: 8 });
  expect(it.documents.objects.get(keys.file(lease.run, 'values.yaml'))?.text).toBe('of the first try');
});

test('a target and databases that were not reached leave every file to be made', async () => {
  expect(await run(without(withRun(), 'target', 'dns', 'databases', 'mail'))).toEqual({ document: 'files', files: 8 });
});

test('without a source, or with databases alone, there is nothing to tell', async () => {
  expect(await run(without(withRun(), 'source'))).toEqual({ document: 'files', files: 0 });
  const alone = withRun();
  alone.documents.tamper(keys.document(lease.run, 'plan'), plan({ databasesOnly: true }));
  expect(await run(alone)).toEqual({ document: 'files', files: 0 });
});

test('rights and logins are those that Passage checks for', async () => {
  const it = withRun();
  await run(it);
  const text = (name: string) => it.documents.objects.get(keys.file(lease.run, name))?.text ?? '';
  expect(text('create-source-login.sql')).toMatch(
    /^-- As the run.*\n\\if :\{\?application}\n\\else\n\\set application 'retool'\n[\s\S]*GRANT pg_read_all_data/,
  );
  expect(text('create-target-login.sql')).toContain('LOGIN CREATEDB');
  expect(JSON.parse(text('rbac.json')).items).toContainEqual(
    expect.objectContaining({ kind: 'Role', metadata: { name: 'passage-operator', namespace: 'retool' } }),
  );
});

test('a lease that is lost writes nothing', async () => {
  const it = withRun();
  it.setLedger({ epoch: 2 });
  const writes = it.documents.writes.length;
  await expect(run(it)).rejects.toEqual(refusedBy('LeaseLost'));
  expect(it.documents.writes).toHaveLength(writes);
});
