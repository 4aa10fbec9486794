import { castVote } from '../../lambdas/cast-vote/handler.ts';
import { decideApproval } from '../../lambdas/decide-approval/handler.ts';
import { openApproval } from '../../lambdas/open-approval/handler.ts';
import { readApproval } from '../../lambdas/read-approval/handler.ts';
import { showApproval } from '../../lambdas/show-approval/handler.ts';
import { s3Approvals } from '../../lib/adapters/approvals.ts';
import { keyHash } from '../../lib/domain/approval.ts';
import { keys, stagingKeys } from '../../lib/domain/run.ts';
import type { ApprovalRequest, Outcome } from '../../lib/workflow/documents/approval.ts';
import type { Subject } from '../../lib/workflow/documents/run.ts';
import { WorkflowError } from '../../lib/workflow/errors.ts';
import { readOnly } from '../support/memory-documents.ts';
import {
  copyProof,
  deployed,
  later,
  lease,
  migrationFile,
  noon,
  people,
  plan,
  rehearsal,
  vote,
} from '../support/run-documents.ts';
import { type Account, call, refusedBy, withRun } from './account.ts';

const [alice, bob, carol] = people;
const TOKEN = 'the-callback-token-of-step-functions';
const id = 'autumn-go';
const keyOf = (email: string) => `key-of-${email.split('@')[0]}`;

/** An account in which the run was started by a principal. */
function startedBy(principal = 'arn:aws:iam::111111111111:user/dave', configured: object = {}): Account {
  const it = withRun('cutover', configured);
  it.documents.tamper(keys.requester('autumn'), { execution: 'arn', principal, at: noon });
  return it;
}

const open = (of: Account, { token = TOKEN, subject = 'go' as Subject } = {}) => {
  const names = [...people].filter(
    (email) => !(of.documents.json(keys.requester('autumn')) as { principal: string }).principal.includes(email),
  );
  let next = 0;
  return openApproval.run(
    { ...of, pages: 'https://pages.example.com', newKey: () => keyOf(names[next++] ?? 'nobody@') },
    { lease, subject, seconds: 3600, token },
    call,
  );
};
const requestOf = (of: Account, approval = id) => of.documents.json(keys.request(approval)) as ApprovalRequest;
const outcomeOf = (of: Account) => of.documents.json(keys.outcome(id)) as Outcome | null;

const http = (method: string, key: string, body?: string, more: object = {}) => ({
  requestContext: { http: { method } },
  pathParameters: { approval: id, key },
  ...(body === undefined ? {} : { body }),
  ...more,
});
const form = (of: Account, decision = 'approve', more: Record<string, string> = {}) =>
  new URLSearchParams({
    decision,
    phrase: `${decision} autumn`,
    digest: requestOf(of).digest,
    comment: '',
    ...more,
  }).toString();
/** A second passes with every form that is sent. */
const post = async (of: Account, email: string, body = form(of)) => {
  const answer = await castVote.run(of, http('POST', keyOf(email), body), call);
  of.time.now += 1000;
  return answer;
};
const votesIn = (of: Account) => [...of.documents.objects.keys()].filter((key) => key.startsWith(keys.votes(id)));
const settle = (of: Account) => decideApproval.run(of, { every: 'minute' }, call);
const read = (of: Account) => readApproval.run(of, { lease, subject: 'go' }, call);

/** An approval that is asked for. */
async function asked(principal?: string): Promise<Account> {
  const it = startedBy(principal);
  await open(it);
  return it;
}
/** One that alice and bob have approved and that was delivered. */
async function approved(): Promise<Account> {
  const it = await asked();
  await post(it, alice);
  await post(it, bob);
  await settle(it);
  return it;
}

describe('OpenApproval', () => {
  test('writes what is decided on and sends each approver a link of their own', async () => {
    const it = await asked();
    expect(requestOf(it)).toMatchObject({
      id,
      required: 2,
      requester: 'arn:aws:iam::111111111111:user/dave',
      deadline: later(3600),
      excluded: [],
      planDigest: plan().planDigest,
    });
    expect(requestOf(it).evidence.map(({ key }) => key)).toEqual(
      ['plan', 'source', 'target', 'dns', 'mail', 'databases', 'preflight'].map((name) =>
        keys.document('autumn', name),
      ),
    );
    expect(it.outbox.map(({ to }) => to)).toEqual(people);
    for (const { to, text } of it.outbox) {
      expect(text).toContain(`https://pages.example.com/approvals/${id}/${keyOf(to)}`);
      expect(text.match(/key-of-/g)).toHaveLength(1);
    }
  });

  test('stores no link, no key and no callback token in any document', async () => {
    const it = await asked();
    const stored = [...it.documents.objects, ...it.staging.objects].map(([key, { text }]) => key + text).join('\n');
    expect(stored).not.toContain(TOKEN);
    expect(stored).not.toContain('key-of-');
    expect(requestOf(it).approvers[0]).toEqual({ email: alice, keyHash: keyHash(keyOf(alice)) });
    expect(it.outbox.map(({ text, html }) => text + html).join()).not.toContain(TOKEN);
  });

  describe('in a window', () => {
    const within = (from: number, to: number) => {
      const it = startedBy(undefined, { window: { from: later(from), to: later(to) } });
      it.documents.tamper(keys.document('autumn', 'rehearsal'), rehearsal());
      return it;
    };

    test('"go" is decided while the longest predicted freeze still fits, and says the window', async () => {
      const it = within(-60, 600);
      await open(it);
      expect(requestOf(it).deadline).toBe(later(600 - 40 - 120));
      expect(requestOf(it).facts).toContainEqual({
        label: 'Window',
        value: '2026-03-01 11:59 UTC to 2026-03-01 12:10 UTC',
      });
    });

    test('"switch" is decided by its end', async () => {
      const it = within(-60, 600);
      await open(it, { subject: 'switch' });
      expect(requestOf(it, 'autumn-switch').deadline).toBe(later(600));
    });

    test('an approval by a request that was given more time is none', async () => {
      const it = within(-60, 600);
      await open(it);
      it.documents.tamper(keys.request(id), { ...requestOf(it), deadline: later(601) });
      await post(it, alice);
      await post(it, bob);
      await settle(it);
      await expect(read(it)).rejects.toEqual(refusedBy('ApprovalForged', /deadline, .*beyond the window/));
    });

    test('an approval in time is one', async () => {
      const it = within(-60, 600);
      await open(it);
      await post(it, alice);
      await post(it, bob);
      await settle(it);
      expect(await read(it)).toEqual({ approval: id, by: [alice, bob] });
    });

    test('nobody is asked once it is too late', async () => {
      const it = within(-600, 30);
      await expect(open(it)).rejects.toEqual(refusedBy('OutsideWindow', /Nobody was asked/));
      expect(it.outbox).toEqual([]);
      await open(it, { subject: 'switch' });
      it.time.now += 3600_000;
      expect(await settle(it)).toEqual({ decided: ['autumn-switch'] });
    });
  });

  test('leaves out whoever started the run, and says so', async () => {
    const it = await asked('arn:aws:sts::111111111111:assumed-role/Ops/bob@example.com');
    expect(requestOf(it).approvers.map(({ email }) => email)).toEqual([alice, carol]);
    expect(requestOf(it).excluded).toEqual([{ email: bob, because: expect.stringContaining('started this run') }]);
    expect(it.outbox.map(({ to }) => to)).toEqual([alice, carol]);
  });

  test('asks nobody while CloudTrail has not told who started the run', async () => {
    const it = withRun();
    it.documents.tamper(keys.requester('autumn'), { execution: 'arn', principal: 'x', at: noon });
    await it.documents.remove([keys.requester('autumn')]);
    const opening = openApproval.run(
      { ...it, pages: 'p', newKey: () => 'k' },
      { lease, subject: 'go', seconds: 60, token: TOKEN },
      call,
    );
    await expect(opening).rejects.toEqual(refusedBy('RequesterUnknown', /asked again/));
    expect(it.outbox).toEqual([]);
  });

  test('refuses where too few are left once the requester is out', async () => {
    const it = startedBy(`arn:aws:sts::111111111111:assumed-role/Ops/${alice}`);
    const everyone = { ...migrationFile(), approvals: { ...migrationFile().approvals, required: 3 } };
    it.documents.tamper(keys.configuration('acme-retool', plan().configurationDigest), deployed(everyone));
    await expect(open(it)).rejects.toEqual(refusedBy('QuorumImpossible', /3 of 2 people/));
    expect([it.outbox.length, it.staging.objects.size]).toEqual([0, 0]);
  });

  test('the digest covers every piece of evidence of its subject', async () => {
    const [go, more] = [startedBy(), startedBy()];
    more.documents.tamper(keys.document('autumn', 'copy-main'), copyProof());
    await open(go);
    await open(more);
    expect(requestOf(more).digest).toBe(requestOf(go).digest);
    await open(go, { subject: 'switch' });
    await open(more, { subject: 'switch' });
    expect(requestOf(more, 'autumn-switch').digest).not.toBe(requestOf(go, 'autumn-switch').digest);
  });

  test('a second time keeps the request and its links, and waits with the newest token', async () => {
    const it = await asked();
    const before = requestOf(it);
    expect(await open(it, { token: 'another-token' })).toEqual({ approval: id });
    expect(requestOf(it)).toEqual(before);
    expect(it.outbox).toHaveLength(3);
    expect(await it.tokens.open(id, it.staging.objects.get(stagingKeys.token(id))?.text ?? '')).toBe('another-token');
  });

  test('after a mail that could not be sent, the next attempt sends links that work', async () => {
    const it = startedBy();
    const failing = { ...it, sendMail: async () => Promise.reject(new WorkflowError('ServiceUnavailable', 'SES')) };
    await expect(open(failing)).rejects.toEqual(refusedBy('ServiceUnavailable'));
    expect(it.documents.objects.has(keys.request(id))).toBe(false);
    await open(it);
    expect((await post(it, alice)).statusCode).toBe(303);
  });
});

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
      { lease, subject: 'switch', seconds: 60, token: 't' },
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

describe('DecideApproval', () => {
  test('answers once the quorum has said yes, and not before', async () => {
    const it = await asked();
    await post(it, alice);
    expect(await settle(it)).toEqual({ decided: [] });
    await post(it, carol);
    expect(await settle(it)).toEqual({ decided: [id] });
    expect(it.answers).toEqual([{ token: TOKEN, output: { approval: id } }]);
    expect(outcomeOf(it)).toMatchObject({ decision: 'approved', by: [alice, carol] });
  });

  test('one "no" answers at once', async () => {
    const it = await asked();
    await post(it, carol, form(it, 'reject'));
    await settle(it);
    expect(outcomeOf(it)).toMatchObject({ decision: 'rejected', by: [carol] });
    expect(it.answers).toHaveLength(1);
  });

  test('is called by the object that was written, whatever it is named', async () => {
    const it = await asked();
    await post(it, alice);
    await post(it, bob);
    const event = (key: string) => decideApproval.run(it, { detail: { object: { key } } }, call);
    expect(await event(keys.vote(id, bob))).toEqual({ decided: [id] });
    expect(await event(keys.outcome(id))).toEqual({ decided: [] });
    expect(await event('approvals/unknown/votes/x.json')).toEqual({ decided: [] });
    expect(await event('elsewhere')).toEqual({ decided: [] });
    expect(it.answers).toHaveLength(1);
  });

  test('a delivery that failed after the outcome is made up for, exactly once', async () => {
    const it = await asked();
    await post(it, alice);
    await post(it, bob);
    it.failures.set('callback answer', new WorkflowError('ServiceUnavailable', 'throttled'));
    await expect(settle(it)).rejects.toEqual(refusedBy('ServiceUnavailable'));
    expect(outcomeOf(it)?.decision).toBe('approved');
    expect(it.answers).toEqual([]);
    it.failures.clear();
    expect(await settle(it)).toEqual({ decided: [id] });
    expect(await settle(it)).toEqual({ decided: [] });
    expect(it.answers).toHaveLength(1);
  });

  test('two calls at the same time write one outcome', async () => {
    const it = await asked();
    await post(it, alice);
    await post(it, bob);
    await Promise.all([settle(it), settle(it)]);
    expect(it.documents.writes.filter((key) => key === keys.outcome(id))).toHaveLength(1);
  });

  test('a "no" that comes after the outcome does not change it', async () => {
    const it = await approved();
    it.documents.tamper(keys.vote(id, carol), vote(carol, { decision: 'reject', digest: requestOf(it).digest }));
    await settle(it);
    expect(outcomeOf(it)?.decision).toBe('approved');
  });

  test('by the minute, silence expires at the deadline', async () => {
    const it = await asked();
    await post(it, alice);
    it.time.now = Date.parse(later(3600)) - 1;
    expect(await settle(it)).toEqual({ decided: [] });
    it.time.now += 1;
    expect(await settle(it)).toEqual({ decided: [id] });
    expect(outcomeOf(it)).toMatchObject({ decision: 'expired', by: [alice] });
  });

  test("called by the machine at its deadline, it closes although the request's own is a moment later", async () => {
    const it = await asked();
    it.time.now = Date.parse(later(3600)) - 900;
    await decideApproval.run(it, { approval: id }, call);
    expect(outcomeOf(it)?.decision).toBe('expired');
    await expect(read(it)).rejects.toEqual(refusedBy('ApprovalExpired'));
  });

  test('one that cannot be answered does not keep the others waiting', async () => {
    const it = await asked();
    await it.staging.put(stagingKeys.token('aaa-go'), 'not sealed here', 'text/plain');
    it.documents.tamper(keys.request('aaa-go'), { ...requestOf(it), id: 'aaa-go', deadline: noon });
    await post(it, alice);
    await post(it, bob);
    await expect(settle(it)).rejects.toEqual(refusedBy('ServiceUnavailable', /another approval/));
    expect(it.answers).toHaveLength(1);
  });
});

describe('ReadApproval', () => {
  test('bears out what people have decided', async () => {
    expect(await read(await approved())).toEqual({ approval: id, by: [alice, bob] });
  });

  test('a "no" and silence are told by their names', async () => {
    const no = await asked();
    await post(no, carol, form(no, 'reject'));
    await settle(no);
    await expect(read(no)).rejects.toEqual(refusedBy('ApprovalRejected', /rejected by carol@example.com/));
    const silent = await asked();
    silent.time.now = Date.parse(later(3600));
    await settle(silent);
    await expect(read(silent)).rejects.toEqual(refusedBy('ApprovalExpired', /0 of 2 votes. Silence means no/));
  });

  test('a stolen token that was answered approves nothing: there is no outcome', async () => {
    const it = await asked();
    await expect(read(it)).rejects.toEqual(refusedBy('ApprovalForged', /no outcome was written/));
    await post(it, alice);
    await expect(read(it)).rejects.toEqual(refusedBy('ApprovalForged', /no outcome was written/));
  });

  const claim = (of: Account) => ({
    approval: id,
    decision: 'approved',
    digest: requestOf(of).digest,
    by: [alice, bob],
    at: noon,
  });

  test.each<[string, RegExp, (of: Account) => void]>([
    ['an outcome without votes', /votes say expired/, (of) => of.documents.tamper(keys.outcome(id), claim(of))],
    [
      'an outcome over too few votes',
      /votes say expired/,
      (of) => {
        of.documents.tamper(keys.vote(id, alice), vote(alice, { digest: requestOf(of).digest }));
        of.documents.tamper(keys.outcome(id), claim(of));
      },
    ],
    [
      'votes of one person under several names',
      /votes say expired/,
      (of) => {
        for (const name of ['a', 'b', 'c']) {
          of.documents.tamper(`${keys.votes(id)}${name}.json`, vote(alice, { digest: requestOf(of).digest }));
        }
        of.documents.tamper(keys.outcome(id), claim(of));
      },
    ],
  ])('%s is a forgery', async (_, why, forge) => {
    const it = await asked();
    forge(it);
    await expect(read(it)).rejects.toEqual(refusedBy('ApprovalForged', why));
  });

  test.each<[string, RegExp, (of: Account) => void]>([
    [
      'evidence that changed after the votes',
      /plan or evidence has changed/,
      (of) =>
        of.documents.tamper(keys.document('autumn', 'databases'), {
          ...(of.documents.json(keys.document('autumn', 'databases')) as object),
          more: 1,
        }),
    ],
    [
      'evidence that was added after the votes',
      /plan or evidence has changed/,
      (of) => of.documents.tamper(keys.document('autumn', 'rehearsal'), {}),
    ],
    [
      'another plan',
      /plan or evidence has changed/,
      (of) => of.documents.tamper(keys.document('autumn', 'plan'), plan({ planDigest: 'e'.repeat(64) })),
    ],
    [
      'a request that asks for fewer people',
      /asks for 1 votes/,
      (of) => of.documents.tamper(keys.request(id), { ...requestOf(of), required: 1 }),
    ],
    [
      'a request with a stranger among the approvers',
      /eve@example.com may not decide/,
      (of) =>
        of.documents.tamper(keys.request(id), {
          ...requestOf(of),
          approvers: [...requestOf(of).approvers, { email: 'eve@example.com', keyHash: keyHash('eve') }],
        }),
    ],
    [
      'a request with another digest',
      /plan or evidence has changed/,
      (of) => of.documents.tamper(keys.request(id), { ...requestOf(of), digest: 'e'.repeat(64) }),
    ],
    [
      'an approver who turns out to have started the run',
      /bob@example.com may not decide/,
      (of) =>
        of.documents.tamper(keys.requester('autumn'), {
          execution: 'arn',
          principal: `arn:aws:sts::111111111111:assumed-role/Ops/${bob}`,
          at: noon,
        }),
    ],
    ['nobody known who started the run', /nobody knows/, (of) => void of.documents.remove([keys.requester('autumn')])],
    ['no request', /no such request/, (of) => void of.documents.remove([keys.request(id)])],
  ])('an approval with %s is a forgery', async (_, why, forge) => {
    const it = await approved();
    forge(it);
    await expect(read(it)).rejects.toEqual(refusedBy('ApprovalForged', why));
  });
});
