import { type RunDocuments, summarize } from '../../lib/domain/summary.ts';
import { pageOf } from '../support/report.ts';
import { copyProof, plan, preflight } from './fixtures/documents.ts';
import { at } from './fixtures/play.ts';
import { cutoverRun, failedRun, rehearsalRun } from './fixtures/runs.ts';

const report = (documents: RunDocuments): string => pageOf(summarize(documents));
const START = '2026-11-21T20:14:03.120Z';
const hostile = `"><script>alert(1)</script><img src=x onerror='x'>\u202e`;

/** What a page would fetch or run. */
const foreign =
  /<script|<link(?! rel="icon" href="data:,")|<img|<iframe|@import|url\(|(?:src|href)=["'](?!#|data:,)|\son\w+=["']|javascript:/i;

describe('the report', () => {
  test('says the verdict before anything else, then everything that was measured', () => {
    const page = report(cutoverRun());
    const order = [
      '>Cut over</h1>',
      '>What to do next</h2>',
      '>Where the time went</h2>',
      '>Checks before the copy</h2>',
      '>Tables</h2>',
      '>Variables of the application</h2>',
      '>The freeze</h2>',
      '>Approvals</h2>',
      '>The workers</h2>',
      '>What this run did not do</h2>',
      '>Particulars</h2>',
    ];
    const places = order.map((text) => page.indexOf(text));
    expect(places.every((place) => place > 0)).toBe(true);
    expect([...places].sort((a, b) => a - b)).toEqual(places);
  });

  test('is green only where nothing is left to decide, and links to what is', () => {
    const open = report(rehearsalRun());
    expect(open).toContain('<h1 class="warn">Rehearsed, not ready yet</h1>');
    expect(open).toContain('Not yet. Rehearsed; before a cutover: 1 warning to decide.');
    expect(open).toContain('href="#checks">1 warning to decide</a>');
    expect(open).toContain('id="checks"');
    const findings = preflight.findings.filter(({ severity }) => severity !== 'WARNING');
    const clean = report(rehearsalRun({ preflight: { ...preflight, findings } }));
    expect(clean).toContain('<h1 class="good">Ready to cut over</h1>');
    expect(clean).toContain('A cutover is admitted on this rehearsal until 2026-11-22 20:14 UTC.');
  });

  test.each([
    ['rehearsal', rehearsalRun()],
    ['cutover', cutoverRun()],
    ['failed run', failedRun()],
  ])('of a %s needs nothing but itself', (_, documents) => {
    const page = report(documents);
    expect(page).not.toMatch(foreign);
    expect(page).toContain(`content="default-src 'none'; style-src 'unsafe-inline'; img-src data:"`);
  });

  test('shows predicted and measured freeze, and the overhead inside it', () => {
    const page = report(cutoverRun());
    expect(page).toContain('9.6 s to 7 min 21 s');
    expect(page).toContain('<strong>2 min 27 s</strong>, of which people decided for 2 min 07 s');
    expect(page).toContain('2.8 s in which nothing was copied');
    expect(page).toContain('The freeze lay inside its prediction.');
  });

  test('puts what blocks before what passed, with what to do', () => {
    const findings = [
      ...preflight.findings,
      {
        id: 'locked',
        title: 'Nothing is locked',
        severity: 'BLOCKER' as const,
        stopsCutover: true,
        saw: 'a lock',
        todo: 'release it',
        overridden: null,
        runbook: 'docs/runbook.md#x',
      },
    ];
    const page = report(failedRun({ preflight: { ...preflight, findings } }));
    const tags = [...page.matchAll(/class="tag \w+">(BLOCKER|WARNING|INFO|PASS)</g)].map(([, severity]) => severity);
    expect(tags).toEqual(['BLOCKER', 'WARNING', 'INFO', 'PASS', 'PASS', 'PASS']);
    expect(page).toContain('<strong>Do:</strong> release it');
  });

  test('puts a table that differs first, with both counts and the differences', () => {
    const good = copyProof('scratch', at(START, 2));
    const tables = good.tables.map((table, index) =>
      index === 7 ? { ...table, rowsTarget: 47, equal: false } : table,
    );
    const page = report(
      failedRun({
        copies: [{ ...good, tables, differences: ['public.encrypted_resource_passwords: id 12 is missing'] }],
      }),
    );
    const body = page.slice(page.indexOf('>Tables<'));
    expect(body).toContain('1 table of 12 not equal.');
    expect(body).toContain('id 12 is missing');
    expect(body.indexOf('47 arrived')).toBeLessThan(body.indexOf('148,203'));
  });

  test('says how much of the catalog was compared, and what differs without being wrong', () => {
    const good = copyProof('scratch', at(START, 2), {
      catalog: { objects: 412, remarks: ['INDEX public.users_email is stored with other parameters.'] },
    });
    const page = report(rehearsalRun({ copies: [good] }));
    expect(page).toContain('Catalog equal: 412 objects compared.');
    expect(page).toContain('1 remark on the catalog, which is no difference');
    expect(page).toContain('stored with other parameters');
  });

  test('says so where only the catalog differs', () => {
    const good = copyProof('scratch', at(START, 2), {
      differences: ['INDEX public.users_email is missing at the target.'],
    });
    const page = report(failedRun({ copies: [good] }));
    expect(page).toContain('1 difference besides the tables, whose rows are all equal.');
    expect(page).not.toContain('Catalog equal');
  });

  test('names the error, where it happened and the section that helps', () => {
    const page = report(failedRun());
    expect(page).toMatch(/WorkerLost<\/strong> in “Restore”/);
    expect(page).toContain('docs/runbook.md#workerlost');
  });

  test('lets no name, reason, address, comment or error become HTML', () => {
    const run = cutoverRun();
    const good = copyProof('target', at(START, 2474.5));
    const page = report({
      ...run,
      plan: plan('cutover', {
        run: hostile,
        migration: hostile,
        reason: hostile,
        configurationDigest: hostile,
        planDigest: hostile,
      }),
      requester: hostile,
      histories: run.histories.map((history) => ({
        execution: { ...history.execution, status: 'FAILED', error: hostile, cause: hostile },
        events: history.events.map((event) => ({
          ...event,
          ...(event.stateEnteredEventDetails ? { stateEnteredEventDetails: { name: hostile } } : {}),
          ...(event.stateExitedEventDetails ? { stateExitedEventDetails: { name: hostile } } : {}),
        })),
      })),
      preflight: {
        at: START,
        findings: [
          {
            id: hostile,
            title: hostile,
            severity: 'WARNING',
            stopsCutover: false,
            saw: hostile,
            todo: hostile,
            overridden: null,
            runbook: 'docs/runbook.md#x',
          },
        ],
      },
      copies: [{ ...good, differences: [hostile], tables: [{ ...good.tables[0]!, table: hostile, equal: false }] }],
      approvals: run.approvals.map(({ request, votes, outcome }) => ({
        request: { ...request, requester: hostile, digest: hostile },
        votes: votes.map((vote) => ({ ...vote, email: hostile, comment: hostile })),
        outcome,
      })),
    });
    expect(page).not.toMatch(/<script|<img|onerror='/i);
    expect(page).not.toContain('\u202e');
    expect(page.split('&lt;script&gt;').length).toBeGreaterThan(15);
  });

  test('names what the copy has survived, and is silent where there was nothing', () => {
    const good = copyProof('scratch', at(START, 2));
    const incidents = ['The dump was interrupted after 12 of 40 chunks; <it> went on.'];
    const page = report(rehearsalRun({ copies: [{ ...good, incidents }] }));
    expect(page).toContain(
      '<h2>Survived</h2><ul><li>The dump was interrupted after 12 of 40 chunks; &lt;it&gt; went on.</li>',
    );
    expect(report(rehearsalRun())).not.toContain('Survived');
  });

  test('stays small with 200 tables, and 175 of them wait behind one click', () => {
    const good = copyProof('scratch', at(START, 2));
    const tables = Array.from({ length: 200 }, (_, index) => ({
      ...good.tables[0]!,
      table: `public.a_table_with_a_rather_long_name_${index}`,
      bytes: index * 1_000_003,
    }));
    const page = report(rehearsalRun({ copies: [{ ...good, tables }] }));
    expect(Buffer.byteLength(page)).toBeLessThan(300_000);
    expect(page).toContain('<summary>175 smaller tables</summary>');
    expect(page.match(/<td class="proof"/g)).toHaveLength(200);
  });

  test('a run that ended before everything has a report as well', () => {
    const page = report(failedRun({ preflight: null, copies: [], histories: [], ledger: null }));
    expect(page).toContain('What to do next');
    expect(page).not.toMatch(/NaN|undefined|Infinity|null/);
  });
});
