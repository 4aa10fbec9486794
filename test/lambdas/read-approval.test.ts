import { keyHash } from '../../lib/domain/approval.ts';
import { keys } from '../../lib/domain/run.ts';
import { later, noon, plan, vote } from '../support/run-documents.ts';
import { type Account, refusedBy } from './account.ts';
import { alice, approved, asked, bob, carol, form, id, post, read, requestOf, settle } from './approvals.ts';

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
