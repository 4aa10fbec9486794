import { type RunDocuments, summarize } from '../../lib/domain/summary.ts';
import { SHORT, shortText } from '../../lib/pages/short-text.ts';
import { plan, preflight } from './fixtures/documents.ts';
import { cutoverRun, failedRun, rehearsalRun } from './fixtures/runs.ts';
import { knownVariables, unknownVariable } from './fixtures/variables.ts';

const text = (documents: RunDocuments): string => shortText(summarize(documents), 'runs/x/report.html');

describe('the short text', () => {
  test('says the answer first, then what it rests on, the steps and where the report is', () => {
    const told = text(rehearsalRun({ variables: [...knownVariables, unknownVariable('ACME_FLAGS')] }));
    const lines = told.split('\n');
    expect(lines[0]).toBe(
      'acme-retool, rehearsal: Not yet. Rehearsed; before a cutover: 1 warning to decide and 1 unknown variable.',
    );
    expect(lines).toContain('Copied: 206,747 rows, 60.4 MB as sent in 12 tables, 8.3 s; all equal.');
    expect(lines).toContain('Checks: 1 WARNING, 1 INFO, 3 PASS.');
    expect(lines.filter((line) => /^\d\. /.test(line))).toHaveLength(2);
    expect(lines).toContain(
      'Freeze, predicted: 9.6 s to 7 min 21 s, and up to 1 h 00 min to decide on “switch”; 4 of 6 parts were never measured, and have the limits that AWS documents.',
    );
    expect(lines.at(-2)).toBe('Report: runs/x/report.html');
    expect(told).not.toMatch(/[<>*`]/);
  });

  test('of a cutover has the measured freeze beside the predicted one', () => {
    expect(text(cutoverRun())).toContain('Freeze: 2 min 27 s, 2 min 07 s of it people deciding; predicted');
  });

  test('of a failed run names the error and its section', () => {
    expect(text(failedRun())).toMatch(/^acme-retool, rehearsal: No\..*\n.*\nWorkerLost: .*\nSee docs\/runbook\.md#/);
  });

  test('stays within 1,500 characters, whatever was found', () => {
    const findings = Array.from({ length: 60 }, () => ({
      ...preflight.findings[2]!,
      title: 'title '.repeat(60),
      todo: 'do '.repeat(300),
    }));
    const variables = Array.from({ length: 120 }, (_, index) =>
      unknownVariable(`A_VERY_LONG_NAME_${'X'.repeat(60)}${index}`),
    );
    const migration = 'm'.repeat(200);
    const failed = failedRun({
      plan: plan('rehearsal', { migration }),
      variables,
      preflight: { ...preflight, findings },
    });
    const histories = failed.histories.map((history) => ({
      ...history,
      execution: { ...history.execution, cause: 'why '.repeat(2000) },
    }));
    for (const documents of [
      rehearsalRun({ variables, preflight: { ...preflight, findings } }),
      { ...failed, histories },
    ]) {
      const told = shortText(summarize(documents), `runs/${'x'.repeat(1000)}`);
      expect(told.length).toBeLessThanOrEqual(SHORT);
      expect(told).toContain('Report: runs/');
    }
  });

  test('whatever is left out for its length is counted', () => {
    const summary = summarize(failedRun());
    const next = Array.from({ length: 12 }, (_, index) => `step ${index} ${'do '.repeat(100)}`);
    const readiness = { ...summary.readiness, sentence: 'No. '.repeat(300) };
    const long = { ...summary, next, readiness, headline: 'head '.repeat(120) };
    const told = shortText(long, 'r.html');
    expect(told.length).toBeLessThanOrEqual(SHORT);
    const shown = told.split('\n').filter((each) => /^\d\. /.test(each)).length;
    expect(shown).toBeGreaterThan(0);
    expect(shown).toBeLessThan(5);
    expect(told).toContain(`\n… and ${12 - shown} more in the report\n`);
    expect(told).toContain('head…');

    const error = { name: 'E'.repeat(300), message: 'why '.repeat(500), state: null, runbook: 'x'.repeat(300) };
    const longest = shortText({ ...long, error, migration: 'm'.repeat(300) }, 'r'.repeat(900));
    expect(longest.length).toBeLessThanOrEqual(SHORT);
    expect(longest).toMatch(/… and \d+ more in the report\n\nReport: rrr/);
  });

  test('steers nothing', () => {
    const hostile = text(rehearsalRun({ plan: plan('rehearsal', { migration: '\u001b[2J\u202eevil\r\nOK' }) }));
    expect(hostile.replace(/\n/g, '')).not.toMatch(/\p{Cc}|\p{Cf}/u);
  });
});
