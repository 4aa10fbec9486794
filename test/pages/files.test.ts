import { summarize } from '../../lib/domain/summary.ts';
import { filesSection } from '../../lib/pages/files.ts';
import { pageOf } from '../support/report.ts';
import { rehearsalRun } from './fixtures/runs.ts';

const told = (...files: { name: string; why: string; how: string }[]) =>
  summarize(rehearsalRun({ files: { files: files.map((file) => ({ ...file, key: `runs/r/files/${file.name}` })) } }));

test('each file is told with what it is and what to do, in order, and leads to the file beside the report', () => {
  const summary = told(
    { name: 'terraform.tfvars', why: 'The first.', how: 'Apply it.' },
    { name: 'rbac.json', why: 'The second.', how: 'Apply that, too.' },
  );
  const text = filesSection(summary)?.text ?? '';
  expect(text).toMatch(/2 files.*href="files\/terraform\.tfvars".*The first\..*Apply it\..*href="files\/rbac\.json"/s);
  expect(pageOf(summary)).toContain(text);
});

test('what was found shows as text, not as a page', () => {
  const text = filesSection(told({ name: 'a.json', why: '<script>x</script>', how: '"><img>' }))?.text ?? '';
  expect(text).not.toMatch(/<script|<img/);
});

test('a run without files has no section', () => {
  expect(filesSection(told())).toBeNull();
});
