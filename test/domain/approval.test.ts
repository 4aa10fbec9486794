import {
  approvalDigest,
  approverOf,
  counted,
  decide,
  electorate,
  forgery,
  isPerson,
  keyHash,
  phrase,
} from '../../lib/domain/approval.ts';
import type { ApprovalRequest, Outcome, Vote } from '../../lib/workflow/documents/approval.ts';
import { random } from '../support/random.ts';
import { later, noon, people, request, vote } from '../support/run-documents.ts';

const [alice, bob, carol] = people;
const during = Date.parse(later(600));
const after = Date.parse(later(3600));

describe('who may decide', () => {
  const approvers = people.map((email) => ({ email, principals: [] as string[] }));

  test.each([
    ['a role session', 'arn:aws:sts::111111111111:assumed-role/Ops/bob@example.com'],
    ['an IAM user', 'arn:aws:iam::111111111111:user/bob@example.com'],
    ['another spelling', 'arn:aws:sts::111111111111:assumed-role/Ops/Bob@Example.com'],
  ])('%s that bears the address is that person', (_, principal) => {
    expect(isPerson(approvers[1]!, principal)).toBe(true);
    expect(electorate({ approvers, required: 2 }, principal)).toMatchObject({
      eligible: [{ email: alice }, { email: carol }],
      excluded: [{ email: bob, because: expect.stringContaining('started this run') }],
    });
  });

  test.each([
    'arn:aws:sts::111111111111:assumed-role/Ops/notbob@example.com',
    'arn:aws:sts::111111111111:assumed-role/bob@example.com/session',
    'arn:aws:iam::111111111111:user/bob@example.com.evil',
    '',
  ])('"%s" is not that person', (principal) => {
    expect(isPerson(approvers[1]!, principal)).toBe(false);
  });

  test('a principal that the configuration gives to a person is that person', () => {
    const bobs = { email: bob, principals: ['arn:aws:iam::111111111111:user/bob'] };
    expect(isPerson(bobs, 'arn:aws:iam::111111111111:user/bob')).toBe(true);
    expect(isPerson(bobs, 'arn:aws:iam::222222222222:user/bob')).toBe(false);
  });

  test('a role that the configuration gives to a person is theirs under any session name', () => {
    const bobs = { email: bob, principals: ['arn:aws:sts::111111111111:assumed-role/Deployer'] };
    expect(isPerson(bobs, 'arn:aws:sts::111111111111:assumed-role/Deployer/alice@example.com')).toBe(true);
    expect(isPerson(bobs, 'arn:aws:sts::111111111111:assumed-role/Deployer2/alice@example.com')).toBe(false);
    expect(isPerson({ email: bob, principals: ['arn:aws:iam::1:user'] }, 'arn:aws:iam::1:user/carol')).toBe(false);
  });

  test('whoever is no approver excludes nobody by starting the run', () => {
    expect(electorate({ approvers, required: 2 }, 'arn:aws:iam::111111111111:user/dave')).toEqual({
      eligible: approvers,
      excluded: [],
      required: 2,
    });
  });

  test.each([
    ['a user is who the name says', 'arn:aws:iam::111111111111:user/dave', 2],
    ['Identity Center gives its sessions their names', 'arn:aws:sts::1:assumed-role/AWSReservedSSO_Ops_1/dave', 2],
    ['a session name that was chosen may hide an approver', 'arn:aws:sts::1:assumed-role/Deployer/dave', 3],
    ['an approver who was recognized is left out already', `arn:aws:sts::1:assumed-role/Deployer/${bob}`, 2],
  ])('%s', (_, principal, votes) => {
    expect(electorate({ approvers, required: 2 }, principal).required).toBe(votes);
  });
});

describe('the digest', () => {
  const of = { subject: 'go', run: 'autumn', planDigest: 'p', evidence: [{ key: 'a', sha256: '1' }] };

  test.each([
    ['subject', { subject: 'switch' }],
    ['run', { run: 'winter' }],
    ['plan', { planDigest: 'q' }],
    ['content of a piece of evidence', { evidence: [{ key: 'a', sha256: '2' }] }],
    ['name of a piece of evidence', { evidence: [{ key: 'b', sha256: '1' }] }],
    ['number of pieces', { evidence: [] }],
  ])('changes with the %s', (_, more) => {
    expect(approvalDigest({ ...of, ...more })).not.toBe(approvalDigest(of));
  });
});

describe('a personal link', () => {
  const links = request({
    approvers: [
      { email: alice, keyHash: keyHash('alices key') },
      { email: bob, keyHash: keyHash('bobs key') },
    ],
  });

  test('is known by the hash of its key alone', () => {
    expect(approverOf(links, 'bobs key')).toBe(bob);
    expect(JSON.stringify(links)).not.toContain('bobs key');
  });

  test.each(['', 'bobs key ', 'Bobs key', keyHash('bobs key')])('"%s" opens nothing', (key) => {
    expect(approverOf(links, key)).toBeNull();
  });

  test('the phrase names the decision and the run, so that no habit types it', () => {
    expect([phrase('approve', 'autumn'), phrase('reject', 'autumn')]).toEqual(['approve autumn', 'reject autumn']);
  });
});

describe('which votes count', () => {
  test.each([
    ['of a stranger', vote('eve@example.com')],
    ['on another digest', vote(bob, { digest: '2'.repeat(64) })],
    ['on another request', vote(bob, { approval: 'autumn-switch' })],
    ['after the deadline', vote(bob, { at: later(3601) })],
  ])('not one %s', (_, cast) => {
    expect(counted(request(), [cast])).toEqual([]);
  });

  test('one at the very deadline does', () => {
    expect(counted(request(), [vote(bob, { at: later(3600) })])).toHaveLength(1);
  });

  test('the first of a person, in whatever order and spelling they are found', () => {
    const votes = [
      vote('BOB@example.com', { at: later(20), decision: 'reject' }),
      vote(bob, { at: later(10), decision: 'approve' }),
    ];
    expect(counted(request(), votes).map(({ decision }) => decision)).toEqual(['approve']);
    expect(counted(request(), votes.toReversed()).map(({ decision }) => decision)).toEqual(['approve']);
  });

  test('a vote on another digest does not use up the voice of its person', () => {
    const votes = [vote(bob, { at: later(10), digest: '2'.repeat(64) }), vote(bob, { at: later(20) })];
    expect(counted(request(), votes).map(({ at }) => at)).toEqual([later(20)]);
  });
});

describe('the outcome', () => {
  test('is open while fewer than the quorum have said yes', () => {
    expect(decide(request(), [], during)).toBeNull();
    expect(decide(request(), [vote(alice)], during)).toBeNull();
  });

  test('is a yes with the quorum, by the people who said it', () => {
    expect(decide(request(), [vote(alice), vote(carol)], during)).toEqual({
      approval: 'autumn-go',
      decision: 'approved',
      digest: request().digest,
      by: [alice, carol],
      at: later(600),
    });
  });

  test('one "no" rejects, however many have said yes', () => {
    const votes = [vote(alice), vote(carol), vote(bob, { decision: 'reject' })];
    expect(decide(request(), votes, during)).toMatchObject({ decision: 'rejected', by: [bob] });
  });

  test('two votes of one person are not two people', () => {
    expect(decide(request(), [vote(alice), vote('ALICE@example.com', { at: later(90) })], during)).toBeNull();
  });

  test('at the deadline silence means no', () => {
    expect(decide(request(), [vote(alice)], after - 1)).toBeNull();
    expect(decide(request(), [vote(alice)], after)).toMatchObject({ decision: 'expired', by: [alice] });
  });

  test('votes that came in time are counted after the deadline', () => {
    expect(decide(request(), [vote(alice), vote(bob)], after + 60_000)).toMatchObject({ decision: 'approved' });
  });
});

describe('forgery', () => {
  const votes = [vote(alice), vote(bob)];
  const approved: Outcome = decide(request(), votes, during)!;
  const now = { digest: request().digest, eligible: people as readonly string[], required: 2 };
  const check = (
    more: {
      request?: Partial<ApprovalRequest>;
      outcome?: Partial<Outcome>;
      votes?: Vote[];
      now?: Partial<typeof now>;
    } = {},
  ) => forgery(request(more.request), { ...approved, ...more.outcome }, more.votes ?? votes, { ...now, ...more.now });

  test('is not seen where votes, people, quorum and digest bear the outcome out', () => {
    expect(check()).toBeNull();
    expect(check({ now: { eligible: people.map((email) => email.toUpperCase()) } })).toBeNull();
  });

  test.each([
    ['plan or evidence have changed since', { now: { digest: '9'.repeat(64) } }, /has changed since/],
    ['the outcome is of another digest', { outcome: { digest: '9'.repeat(64) } }, /of another digest/],
    ['the request names somebody who may not decide', { now: { eligible: [alice, bob] } }, /carol@example.com may not/],
    [
      'the request asks for fewer votes than the configuration',
      { request: { required: 1 } },
      /asks for 1 votes.* for 2/,
    ],
    ['nobody voted', { votes: [] }, /the votes say expired, the outcome says approved/],
    ['too few voted', { votes: [vote(alice)] }, /the votes say expired/],
    ['somebody said no', { votes: [...votes, vote(carol, { decision: 'reject' as const })] }, /the votes say rejected/],
    [
      'the votes are of another digest',
      { votes: votes.map((one) => ({ ...one, digest: '9'.repeat(64) })) },
      /votes say/,
    ],
    ['the votes came too late', { votes: votes.map((one) => ({ ...one, at: later(4000) })) }, /the votes say expired/],
  ])('is seen when %s', (_, more, why) => {
    expect(check(more)).toMatch(why);
  });
});

describe('whatever is cast, in whatever order', () => {
  const next = random(20_260_301);
  const pick = <T>(...from: readonly T[]): T => from[Math.floor(next() * from.length)] as T;
  const any = (): Vote =>
    vote(pick<string>(...people, 'eve@example.com', 'Alice@EXAMPLE.com', ''), {
      decision: pick('approve', 'approve', 'approve', 'reject'),
      approval: pick('autumn-go', 'autumn-go', 'autumn-go', 'autumn-switch', 'winter-go'),
      digest: pick('1', '1', '1', '2').repeat(64),
      at: later(Math.floor(next() * 4400) - 100),
    });
  const rounds = Array.from({ length: 3000 }, () => ({
    asked: request({ required: pick(1, 2, 3), approvers: request().approvers.slice(0, pick(1, 2, 3, 3)) }),
    votes: Array.from({ length: Math.floor(next() * 8) }, any),
    now: Date.parse(noon) + Math.floor(next() * 5000) * 1000,
  }));
  /** Said again in other words than the code's: who, of those asked, has said what by the deadline on this digest. */
  const voices = ({ asked, votes }: (typeof rounds)[number], said: Vote['decision']) =>
    new Set(
      votes
        .filter(({ approval, digest }) => approval === asked.id && digest === asked.digest)
        .filter(({ at }) => at <= asked.deadline)
        .filter(({ decision }) => decision === said)
        .map(({ email }) => email.toLowerCase())
        .filter((email) => asked.approvers.some((approver) => approver.email === email)),
    );

  test('nothing is approved without as many eligible people as are asked for', () => {
    const approved = rounds.filter(({ asked, votes, now }) => decide(asked, votes, now)?.decision === 'approved');
    expect(approved.length).toBeGreaterThan(100);
    for (const round of approved) expect(voices(round, 'approve').size).toBeGreaterThanOrEqual(round.asked.required);
  });

  test('nothing is approved after an eligible person has only said no', () => {
    const against = rounds.filter((round) => {
      const yes = voices(round, 'approve');
      return [...voices(round, 'reject')].some((person) => !yes.has(person));
    });
    expect(against.length).toBeGreaterThan(100);
    for (const { asked, votes, now } of against) expect(decide(asked, votes, now)?.decision).toBe('rejected');
  });

  test('the order in which votes are read changes nothing', () => {
    for (const { asked, votes, now } of rounds) {
      const decided = decide(asked, votes, now)?.decision;
      expect(decide(asked, votes.toReversed(), now)?.decision).toBe(decided);
    }
  });

  test('an outcome that the votes do not bear out is always a forgery', () => {
    for (const { asked, votes } of rounds) {
      const now = { digest: asked.digest, eligible: people, required: asked.required };
      const claimed: Outcome = { approval: asked.id, decision: 'approved', digest: asked.digest, by: [], at: noon };
      const borne = decide(asked, votes, Date.parse(asked.deadline))?.decision === 'approved';
      expect(forgery(asked, claimed, votes, now) === null).toBe(borne);
    }
  });
});
