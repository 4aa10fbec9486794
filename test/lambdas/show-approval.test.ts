import { showApproval } from '../../lambdas/show-approval/handler.ts';
import { s3Approvals } from '../../lib/adapters/approvals.ts';
import { utc } from '../../lib/domain/quantities.ts';
import { keys } from '../../lib/domain/run.ts';
import type { Outcome } from '../../lib/workflow/documents/approval.ts';
import { readOnly } from '../support/memory-documents.ts';
import { type Account, call } from './account.ts';
import { approved, asked, bob, carol, http, id, keyOf, open } from './approvals.ts';

describe('ShowApproval', () => {
  const show = (of: Account, method: string, key: string) =>
    showApproval.run({ approvals: s3Approvals(readOnly(of.documents)), now: of.now }, http(method, key), call);

  test.each(['GET', 'HEAD', 'POST'])('%s writes nothing: it has no way to', async (method) => {
    const it = await asked();
    const before = new Map(it.documents.objects);
    const { statusCode, body } = await show(it, method, keyOf(bob));
    expect(statusCode).toBe(200);
    expect(body).toContain('<form');
    expect(new Map(it.documents.objects)).toEqual(before);
  });

  test('of "switch" it tells since when users are out: since "go" was approved', async () => {
    const it = await approved();
    const { at } = it.documents.json(keys.outcome(id)) as Outcome;
    await open(it, { subject: 'switch' });
    const path = { approval: 'autumn-switch', key: keyOf(bob) };
    const asked = { ...http('GET', keyOf(bob)), pathParameters: path };
    const { body } = await showApproval.run(
      { approvals: s3Approvals(readOnly(it.documents)), now: it.now },
      asked,
      call,
    );
    expect(body).toContain(`since “go” was approved at ${utc(at, 'second')}`);
    expect((await show(it, 'GET', keyOf(bob))).body).not.toContain('since “go” was approved');
  });

  test('a key that is nobody’s leads nowhere, and so does a request that never was', async () => {
    const it = await asked();
    const stranger = await show(it, 'GET', 'guessed');
    expect(stranger.statusCode).toBe(404);
    const never = await showApproval.run(
      it,
      { ...http('GET', 'k'), pathParameters: { approval: 'no', key: 'k' } },
      call,
    );
    expect(never).toEqual(stranger);
  });

  test('without path parameters it leads nowhere', async () => {
    const answer = await showApproval.run(await asked(), { requestContext: { http: { method: 'GET' } } }, call);
    expect(answer.statusCode).toBe(404);
  });

  test('says what was decided, and offers no form any more', async () => {
    const it = await approved();
    const { body } = await show(it, 'GET', keyOf(carol));
    expect(body).not.toContain('<form');
    expect(body).toMatch(/approved/i);
  });
});
