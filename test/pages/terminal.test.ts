import { summarize } from '../../lib/domain/summary.ts';
import { meanRate, progressLine, secondsLeft, summaryText } from '../../lib/pages/terminal.ts';
import { plan, preflight } from './fixtures/documents.ts';
import { cutoverRun, failedRun, rehearsalRun } from './fixtures/runs.ts';

describe('the summary for a terminal', () => {
  test('says the verdict first and what to do last', () => {
    const lines = summaryText(summarize(rehearsalRun())).trimEnd().split('\n');
    expect(lines[0]).toBe('NOT YET  acme-retool: rehearsed');
    expect(lines[1]).toBe('Not yet. Rehearsed; before a cutover: 1 warning to decide.');
    expect(lines.slice(-2).join(' ')).toMatch(/ {2}2\. Rehearse again once that is done/);
    expect(lines).toContain('Copied            206,747 rows, 60.4 MB as sent in 8.3 s (7.3 MB/s)');
    expect(lines.join(' ')).toMatch(
      /Freeze predicted {2}9\.6 s to 7 min 21 s, and up to 1 h 00 min to decide on “switch”; 4 of 6 parts were +never measured/,
    );
  });

  test('has the measured freeze of a cutover and the error of a failed run', () => {
    expect(summaryText(summarize(cutoverRun()))).toContain(
      'Freeze measured   2 min 27 s, 2 min 07 s of it people deciding; inside its prediction',
    );
    const failed = summaryText(summarize(failedRun()));
    expect(failed).toContain('FAILED  acme-retool: failed');
    expect(failed).toContain('WorkerLost in “Restore”: The restore Job stopped reporting.');
    expect(failed).toContain('See docs/runbook.md#workerlost');
  });

  test('names what was survived', () => {
    const incident = 'The dump was interrupted after 12 of 40 chunks; it went on.';
    const run = rehearsalRun();
    const copies = run.copies.map((copy) => ({ ...copy, incidents: [incident] }));
    expect(summaryText(summarize({ ...run, copies }))).toContain(`Survived\n  ${incident}\n`);
  });

  test('is a screen however much was found; no message is cut, and what is left out is counted', () => {
    const finding = {
      id: 'x',
      title: 'A check',
      severity: 'WARNING' as const,
      stopsCutover: false,
      saw: 'word '.repeat(40),
      todo: `do ${'it '.repeat(30)}and be done`,
      overridden: null,
      runbook: 'docs/runbook.md#x',
    };
    const summary = summarize(
      rehearsalRun({ preflight: { ...preflight, findings: Array.from({ length: 30 }, () => finding) } }),
    );
    const lines = summaryText(summary, 80).trimEnd().split('\n');
    expect(lines.length).toBeLessThanOrEqual(60);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(lines).toContain('  … and 27 more in the report');
    expect(lines.join(' ')).toContain('and be done');
    expect(lines.at(-1)).toMatch(/^ {2}… and \d+ more in the report$/);
    expect(lines.filter((line) => /… and \d+ more/.test(line))).toHaveLength(2);
  });

  test('says a long error whole', () => {
    const run = failedRun();
    const cause = `${'why '.repeat(300)}at last.`;
    const histories = run.histories.map((history) => ({ ...history, execution: { ...history.execution, cause } }));
    expect(summaryText(summarize({ ...run, histories }), 80).replace(/\n/g, ' ')).toContain(cause);
  });

  test('names the scratch database that was kept', () => {
    const text = summaryText(summarize(rehearsalRun({ plan: plan('rehearsal', { keep: true }) })));
    expect(text).toContain('Kept              passage_scratch_acme_retool_7 on the target was to be kept');
    expect(summaryText(summarize(rehearsalRun()))).not.toContain('Kept');
  });

  test('steers no terminal', () => {
    const text = summaryText(
      summarize(rehearsalRun({ plan: plan('rehearsal', { run: '\u001b[2Jgone\r\nOK', migration: '\u202eevil' }) })),
    );
    expect(text.replace(/\n/g, '')).not.toMatch(/\p{Cc}|\p{Cf}/u);
    expect(text).toContain('\ufffd[2Jgone OK');
  });
});

describe('a line of progress', () => {
  test('has phase, state, rows, bytes, rate and what is left', () => {
    expect(
      progressLine({
        phase: 'Restore',
        state: 'loading',
        rows: 81_204,
        bytes: 31_000_000,
        totalBytes: 62_400_000,
        bytesPerSecond: 7_300_000,
        elapsed: 12.4,
      }),
    ).toBe('   12.4 s  Restore · loading · 81,204 rows · 31.0 MB of 62.4 MB (49 %) · 7.3 MB/s · 4.3 s left');
  });

  test('says for how long nothing has arrived, instead of a rest that only climbs', () => {
    const stalled = { bytes: 31e6, totalBytes: 62e6, bytesPerSecond: 7e6, idleSeconds: 34 };
    expect(progressLine({ phase: 'Restore', ...stalled, elapsed: 46 })).toBe(
      '   46.0 s  Restore · 31.0 MB of 62.0 MB (50 %) · no progress for 34.0 s',
    );
  });

  test('says which worker is silent, before anything else', () => {
    expect(
      progressLine({ phase: 'Restore', state: 'loading', silent: { role: 'dump', seconds: 34 }, elapsed: 60 }),
    ).toBe('1 min 00 s  Restore · no word from the dump for 34.0 s; it will be replaced · loading');
  });

  test('leaves out what nobody knows', () => {
    expect(progressLine({ phase: 'Collect', state: 'Collect', elapsed: 0.5 })).toBe('    0.5 s  Collect');
    expect(secondsLeft({ phase: 'x', elapsed: 1, bytes: 5, totalBytes: 10, bytesPerSecond: 0 })).toBeNull();
    expect(secondsLeft({ phase: 'x', elapsed: 1, bytes: 50, totalBytes: 10, bytesPerSecond: 5 })).toBeNull();
  });

  test('stands below the step that it is the progress of', () => {
    const [entered, progress] = [progressLine({ phase: 'Restore', elapsed: 4.2, depth: 1 }), 'Restore · loading'];
    expect(entered).toBe('    4.2 s    Restore');
    expect(progressLine({ phase: 'Restore', state: 'loading', elapsed: 5, depth: 1 })).toBe(`    5.0 s    ${progress}`);
  });

  test('counts nothing before there is something to count', () => {
    const begun = { phase: 'Restore', state: 'starting', rows: 0, bytes: 0, elapsed: 5 };
    expect(progressLine(begun)).toBe('    5.0 s  Restore · starting');
    expect(progressLine({ ...begun, totalBytes: 62e6 })).toBe('    5.0 s  Restore · starting · 0 B of 62.0 MB (0 %)');
  });

  test('has no rate where no time has passed', () => {
    expect([meanRate(0, 0), meanRate(5_000_000, 0), meanRate(5_000_000, 2)]).toEqual([undefined, undefined, 2_500_000]);
  });

  test('never gets longer than the terminal is wide', () => {
    expect(progressLine({ phase: 'x'.repeat(300), elapsed: 1 }, 40)).toHaveLength(40);
  });
});
