import { showApproval } from '../../lambdas/show-approval/handler.ts';
import { s3Approvals } from '../../lib/adapters/approvals.ts';
import { readOnly } from '../support/memory-documents.ts';
import { type Account, call } from './account.ts';
import { approved, asked, bob, carol, http, keyOf } from './approvals.ts';

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
