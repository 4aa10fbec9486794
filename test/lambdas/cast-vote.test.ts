import { castVote } from '../../lambdas/cast-vote/handler.ts';
import { openApproval } from '../../lambdas/open-approval/handler.ts';
import { keyHash } from '../../lib/domain/approval.ts';
import { keys } from '../../lib/domain/run.ts';
import { later, lease } from '../support/run-documents.ts';
import { type Account, call } from './account.ts';
import {
  approved,
  asked,
  bob,
  carol,
  form,
  http,
  id,
  keyOf,
  open,
  post,
  requestOf,
  startedBy,
  votesIn,
} from './approvals.ts';

describe('CastVote', () => {
  test('takes one vote: of this person, on this digest, with the comment', async () => {
    const it = await asked();
    it.time.now += 60_000;
    const answer = await post(it, bob, form(it, 'reject', { comment: 'not today' }));
    expect(answer).toMatchObject({ statusCode: 303, headers: { location: `/approvals/${id}/${keyOf(bob)}` } });
    expect(it.documents.json(keys.vote(id, bob))).toEqual({
      approval: id,
      email: bob,
      decision: 'reject',
      digest: requestOf(it).digest,
      comment: 'not today',
      at: later(60),
    });
  });

  test('takes a form that API Gateway has put into base64', async () => {
    const it = await asked();
    const body = Buffer.from(form(it)).toString('base64');
    expect((await castVote.run(it, http('POST', keyOf(bob), body, { isBase64Encoded: true }), call)).statusCode).toBe(
      303,
    );
    expect(votesIn(it)).toHaveLength(1);
  });

  test.each([
    ['GET', 405],
    ['HEAD', 405],
    ['PUT', 405],
  ])('%s is no vote', async (method, statusCode) => {
    const it = await asked();
    expect(await castVote.run(it, http(method, keyOf(bob), form(it)), call)).toMatchObject({ statusCode });
    expect(votesIn(it)).toEqual([]);
  });

  test.each<[string, number, (of: Account) => string]>([
    ['the wrong phrase', 422, (of) => form(of, 'approve', { phrase: 'yes' })],
    ['the phrase of the other decision', 422, (of) => form(of, 'approve', { phrase: 'reject autumn' })],
    ['no decision', 400, (of) => form(of, 'perhaps')],
    ['a field twice', 400, (of) => `${form(of)}&decision=approve`],
    ['a field that the form does not have', 400, (of) => form(of, 'approve', { email: carol })],
    ['no digest', 400, (of) => form(of, 'approve', { digest: '' })],
    ['the digest of something else', 409, (of) => form(of, 'approve', { digest: 'e'.repeat(64) })],
    ['nothing', 400, () => ''],
    ['JSON', 400, () => '{"decision":"approve"}'],
  ])('%s is no vote: %i', async (_, statusCode, body) => {
    const it = await asked();
    expect(await post(it, bob, body(it))).toMatchObject({ statusCode });
    expect(votesIn(it)).toEqual([]);
  });

  test('a second vote of a person changes nothing: the first stands', async () => {
    const it = await asked();
    await post(it, bob, form(it, 'reject'));
    expect((await post(it, bob, form(it, 'approve'))).statusCode).toBe(303);
    expect(votesIn(it)).toHaveLength(1);
    expect(it.documents.json(keys.vote(id, bob))).toMatchObject({ decision: 'reject' });
  });

  test('a vote after the deadline, or after the outcome, is not taken', async () => {
    const it = await asked();
    it.time.now = Date.parse(later(3600)) + 1;
    expect((await post(it, bob)).statusCode).toBe(303);
    expect(votesIn(it)).toEqual([]);
    const done = await approved();
    await post(done, carol, form(done, 'reject'));
    expect(votesIn(done)).toHaveLength(2);
  });

  test('a vote at the very deadline is taken', async () => {
    const it = await asked();
    it.time.now = Date.parse(later(3600));
    await post(it, bob);
    expect(votesIn(it)).toHaveLength(1);
  });

  test.each(['guessed', '', keyHash(keyOf(bob))])('a key that is nobody’s ("%s") votes for nobody', async (key) => {
    const it = await asked();
    expect(await castVote.run(it, http('POST', key, form(it)), call)).toMatchObject({ statusCode: 404 });
    expect(votesIn(it)).toEqual([]);
  });

  test('a key of another approval votes for nobody here', async () => {
    const it = startedBy();
    await openApproval.run(
      { ...it, pages: 'p', newKey: () => 'key-for-switch' },
      { lease, subject: 'switch', seconds: 60, redriven: 0, token: 't' },
      call,
    );
    await open(it);
    expect(await castVote.run(it, http('POST', 'key-for-switch', form(it)), call)).toMatchObject({ statusCode: 404 });
  });

  test('the requester has no key that votes', async () => {
    const it = await asked(`arn:aws:sts::111111111111:assumed-role/Ops/${bob}`);
    expect((await post(it, bob)).statusCode).toBe(404);
  });
});
