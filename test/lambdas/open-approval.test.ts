import { openApproval } from '../../lambdas/open-approval/handler.ts';
import { keyHash } from '../../lib/domain/approval.ts';
import { keys, stagingKeys } from '../../lib/domain/run.ts';
import { WorkflowError } from '../../lib/workflow/errors.ts';
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
} from '../support/run-documents.ts';
import { call, refusedBy, withRun } from './account.ts';
import {
  alice,
  asked,
  bob,
  carol,
  id,
  keyOf,
  open,
  post,
  read,
  requestOf,
  settle,
  startedBy,
  TOKEN,
} from './approvals.ts';

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

  test('says of a predicted freeze whether this run predicted it, or the rehearsal that admitted it', async () => {
    const told = async (...documents: (readonly ['rehearsal' | 'prediction', object])[]) => {
      const it = startedBy();
      for (const [name, document] of documents) it.documents.tamper(keys.document('autumn', name), document);
      await open(it);
      return requestOf(it).facts.find(({ label }) => label === 'Predicted freeze')?.value;
    };
    const prediction = { low: 20, high: 40, parts: [], samples: [], method: [] };
    expect(await told(['rehearsal', rehearsal()])).toBe('20.0 s to 40.0 s, as rehearsal monday predicted');
    expect(await told(['rehearsal', rehearsal()], ['prediction', prediction])).toBe(
      '20.0 s to 40.0 s, predicted today; the rehearsal was monday',
    );
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
      { lease, subject: 'go', seconds: 60, redriven: 0, token: TOKEN },
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

  test('a redriven run is put before nobody: who redrove it could approve it', async () => {
    const it = startedBy();
    await expect(open(it, { redriven: 1 })).rejects.toEqual(refusedBy('InvalidInput'));
    expect(it.outbox).toEqual([]);
    expect(it.documents.objects.has(keys.request(id))).toBe(false);
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
