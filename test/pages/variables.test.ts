import { summarize } from '../../lib/domain/summary.ts';
import { variablesSection } from '../../lib/pages/variables.ts';
import { rehearsalRun } from './fixtures/runs.ts';
import { knownVariables, unknownVariable, variable } from './fixtures/variables.ts';

const section = (variables: readonly ReturnType<typeof variable>[]): string =>
  variablesSection(summarize(rehearsalRun({ variables: [...variables] })))?.text ?? '';

describe('the variables in the report', () => {
  test('are counted by what becomes of them, and nobody’s decision stands first with what to write', () => {
    const page = section([...knownVariables, unknownVariable('ACME_FLAGS'), unknownVariable('ACME_TOKEN')]);
    expect(page).toContain('7 variables on the source: 2 unknown, 2 carried, 1 held back, 1 derived, 1 dropped');
    expect(page.indexOf('>Unknown<')).toBeLessThan(page.indexOf('>Carried<'));
    expect(page).toContain('&quot;ACME_FLAGS&quot;: &quot;carry&quot;,\n  &quot;ACME_TOKEN&quot;: &quot;carry&quot;');
    expect(section(knownVariables)).not.toContain('Write “carry”');
  });

  test('tell why, from where to where, and never a value that may be a secret', () => {
    const page = section([
      ...knownVariables,
      variable('LEAK', { secret: true, value: 'hunter2' }),
      variable('EMPTY', { value: '' }),
    ]);
    expect(page).toContain('opens what is encrypted in the database');
    expect(page).toContain('secret:passage/acme-retool/held-back, key OIDC_CLIENT_SECRET');
    expect(page).toContain('https://retool.acme.example.com');
    expect(page).toContain('(empty)');
    expect(page).not.toContain('hunter2');
  });

  test('a value that may be a secret is not in the summary either', () => {
    const told = summarize(rehearsalRun({ variables: [variable('LEAK', { secret: true, value: 'hunter2' })] }));
    expect(JSON.stringify(told)).not.toContain('hunter2');
  });

  test('long groups fold, unknown ones never', () => {
    const many = (of: (name: string) => ReturnType<typeof variable>) =>
      Array.from({ length: 40 }, (_, index) => of(`NAME_${index}`));
    expect(section(many(variable))).toContain('<details><summary><h3>');
    expect(section(many(unknownVariable))).not.toContain('<details');
  });

  test('values that differ between services are marked', () => {
    expect(section([variable('DRIFTS', { agrees: false })])).toContain('differs between services');
  });

  test('there is no section where no application was looked at', () => {
    expect(section([])).toBe('');
  });
});
