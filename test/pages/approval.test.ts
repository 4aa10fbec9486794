import { seeOther } from '../../lib/pages/answer.ts';
import {
  type ApprovalView,
  approvalPage,
  malformedPage,
  methodPage,
  supersededPage,
  unknownLinkPage,
} from '../../lib/pages/approval.ts';
import { hashOf } from '../../lib/pages/style.ts';
import { outcome, request, vote } from './fixtures/approvals.ts';
import { at } from './fixtures/play.ts';

const ASKED = '2026-11-21T20:14:03.120Z';
const go = request('go', ASKED, 120);
const view = (more: Partial<ApprovalView> = {}): ApprovalView => ({
  request: go,
  votes: [vote(go, 'bob@example.com', 'approve', at(ASKED, 60))],
  outcome: null,
  approver: 'carol@example.com',
  path: '/approvals/acme/kEy_-0',
  now: Date.parse(ASKED) + 3_600_000,
  ...more,
});
const body = (more: Partial<ApprovalView> = {}): string => approvalPage(view(more)).body;

describe('the page of an open approval', () => {
  test('shows what is decided on, by whom it was asked and why, and until when', () => {
    const page = body();
    for (const text of [
      'Begin the freeze?',
      'Move Retool to EKS, change CHG-4711',
      'assumed-role/Operators/alice@example.com',
      'acme-retool-20261121-213000',
      '2026-11-21 22:14 UTC',
      '1 h 00 min left',
      'Opening this page has decided nothing.',
      'Predicted freeze',
      go.digest,
      ...go.evidence.flatMap(({ key, sha256 }) => [key, sha256]),
    ]) {
      expect(page).toContain(text);
    }
  });

  test('lists what stands open one by one, each with what to do, and says the reason once', () => {
    const page = body();
    expect(page).toMatch(/<li>image-tag: [^<]+<span class="soft">Do: set the tag of the target/);
    expect(page).toMatch(/<li>license-key: [^<]+<span class="soft">Reason: It is set on the evening\./);
    expect(page.match(/<dt>Reason<\/dt>/g)).toHaveLength(1);
    expect(page).toContain('2 of 4 approvers have to approve; alice@example.com may not.');
  });

  test('that asks for "switch" says how long users have been out, until it is decided', () => {
    const asked = request('switch', ASKED, 120);
    const now = Date.parse(ASKED) + 192_000;
    const open = { request: asked, votes: [], outSince: at(ASKED, -60), now };
    expect(body(open)).toMatch(
      /Users are out<\/dt><dd><strong>for 4 min 12 s<\/strong>.*“go” was approved at 2026-11-21 20:13:03 UTC/,
    );
    const decided = outcome(asked, 'approved', ['bob@example.com'], at(ASKED, 100));
    expect(body({ ...open, outcome: decided })).not.toContain('Users are out');
    expect(body()).not.toContain('Users are out');
  });

  test('says who has decided, who has not and who may not', () => {
    const page = body();
    expect(page).toMatch(/bob@example.com<\/strong><span class="good">approve/);
    expect(page).toMatch(/dan@example.com<\/strong><span class="soft">has not decided/);
    expect(page).toContain('may not decide: started this run, and nobody approves their own request');
  });

  test('counts no vote on another digest', () => {
    const stale = { ...vote(go, 'dan@example.com', 'approve', at(ASKED, 90)), digest: 'f'.repeat(64) };
    expect(body({ votes: [stale] })).toMatch(/dan@example.com<\/strong><span class="soft">has not decided/);
  });

  test('has one form that posts the digest to its own path, and no script', () => {
    const page = body();
    expect(page.match(/<form/g)).toHaveLength(1);
    expect(page).toContain('<form method="post" action="/approvals/acme/kEy_-0"');
    expect(page).toContain(`<input type="hidden" name="digest" value="${go.digest}">`);
    expect(page).toMatch(/name="decision" value="approve">.*name="decision" value="reject">/);
    expect(page).not.toMatch(/<script|\son\w+=/);
  });

  test('is shown again with a notice, as 422', () => {
    const answer = approvalPage(view({ notice: 'Nothing was decided: <b>' }));
    expect(answer.statusCode).toBe(422);
    expect(answer.body).toContain('role="alert">Nothing was decided: &lt;b&gt;');
  });

  test('asks another question for switch', () => {
    expect(body({ request: request('switch', ASKED, 120), votes: [] })).toContain('Switch to the target?');
  });
});

describe('the page has no form', () => {
  const formless = (more: Partial<ApprovalView>, text: string): void => {
    const page = body(more);
    expect(page).toContain(text);
    expect(page).not.toContain('<form');
  };

  test('once this person has voted', () => {
    formless({ approver: 'Bob@Example.com' }, 'Your vote is recorded.');
  });

  test('once it is approved, rejected or expired', () => {
    formless({ outcome: outcome(go, 'approved', ['bob@example.com'], at(ASKED, 70)) }, 'Approved.');
    formless({ outcome: outcome(go, 'rejected', ['dan@example.com'], at(ASKED, 70)) }, 'Rejected.');
    formless({ outcome: outcome(go, 'expired', [], at(ASKED, 7200)) }, 'That means no');
  });

  test('from the deadline on, also while nobody has written the outcome', () => {
    formless({ now: Date.parse(go.deadline) }, 'The deadline passed');
    expect(body({ now: Date.parse(go.deadline) - 1 })).toContain('<form');
  });

  test('for a key that is nobody’s, and it tells nothing about the approval', () => {
    const answer = approvalPage(view({ approver: null }));
    expect(answer.statusCode).toBe(404);
    expect(answer).toEqual(unknownLinkPage());
    expect(answer.body).not.toMatch(/acme|carol|<form/);
  });
});

describe('answers', () => {
  const answers = [approvalPage(view()), unknownLinkPage(), supersededPage(go), malformedPage('x'), methodPage()];

  test('have the status of what happened', () => {
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 404, 409, 400, 405]);
    expect(methodPage().headers.allow).toBe('GET, HEAD, POST');
    expect(seeOther('/a')).toMatchObject({ statusCode: 303, headers: { location: '/a' } });
  });

  test('admit exactly their own style, and otherwise nothing', () => {
    for (const { headers, body: page } of answers) {
      const [, style] = /<style>([\s\S]*)<\/style>/.exec(page)!;
      expect(headers['content-security-policy']).toBe(
        `default-src 'none'; style-src ${hashOf(style!)}; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
      );
      expect(page).not.toContain(' style="');
      expect(headers).toMatchObject({
        'content-type': 'text/html; charset=utf-8',
        'referrer-policy': 'no-referrer',
        'cache-control': 'no-store',
        'x-robots-tag': 'noindex, nofollow',
        'x-content-type-options': 'nosniff',
      });
    }
  });

  test('let nothing become HTML', () => {
    const hostile = `"><script>alert(1)</script>`;
    const page = approvalPage(
      view({
        request: {
          ...go,
          lease: { migration: hostile, run: hostile, epoch: 1 },
          reason: hostile,
          requester: hostile,
          approvers: [{ email: hostile, keyHash: 'a' }],
          excluded: [{ email: hostile, because: hostile }],
          evidence: [{ key: hostile, sha256: hostile }],
          facts: [{ label: hostile, value: hostile, points: [{ text: hostile, note: hostile }], commands: [hostile] }],
        },
        votes: [],
        approver: hostile.slice(0, 9),
        path: hostile,
        notice: hostile,
      }),
    ).body;
    expect(page).not.toContain('<script');
    expect(page.match(/&lt;script&gt;/g)!.length).toBeGreaterThan(10);
    expect(malformedPage(hostile).body).not.toContain('<script');
  });
});
