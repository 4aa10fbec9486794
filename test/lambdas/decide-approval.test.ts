import { decideApproval } from '../../lambdas/decide-approval/handler.ts';
import { keys, stagingKeys } from '../../lib/domain/run.ts';
import { WorkflowError } from '../../lib/workflow/errors.ts';
import { later, noon, vote } from '../support/run-documents.ts';
import { call, refusedBy } from './account.ts';
import {
  alice,
  approved,
  asked,
  bob,
  carol,
  form,
  id,
  outcomeOf,
  post,
  read,
  requestOf,
  settle,
  TOKEN,
} from './approvals.ts';

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
