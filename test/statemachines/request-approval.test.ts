import { everyStateIsVisited } from './coverage.ts';
import { asks, fails, lease, returns } from './fakes.ts';
import { play } from './play.ts';
import { everyFailureHasItsFate } from './recovery.ts';

const asking = { lease, subject: 'switch' as const, seconds: 1800, redriven: 0 };
const opened = { approval: 'autumn-switch' };

test('waits for the answer, then reads the decision again', async () => {
  const run = await play('RequestApproval', asking, { OpenApproval: asks(opened, 90) });
  expect(run.path).toEqual(['Ask the approvers', 'Read the decision again', 'Approved']);
  expect(run).toMatchObject({ seconds: 90, output: { approval: 'autumn-switch', by: ['bob@example.com'] } });
  expect(run.calls[0]?.input).toEqual({ ...asking, token: expect.stringMatching(/.{20,}/) });
});

test('an answer that nobody voted for is seen through, whoever sent it', async () => {
  const run = await play('RequestApproval', asking, {
    OpenApproval: asks({ approval: 'approved by me' }, 1),
    ReadApproval: fails('ApprovalForged'),
  });
  expect(run.path).toEqual(['Ask the approvers', 'Read the decision again']);
  expect(run).toMatchObject({ status: 'FAILED', error: 'ApprovalForged' });
  // What is read again is named by the machine's own input, not by the answer.
  expect(run.calls.at(-1)?.input).toEqual({ lease, subject: 'switch' });
});

test('one "no" ends it', async () => {
  const run = await play('RequestApproval', asking, { ReadApproval: fails('ApprovalRejected', 'carol said no') });
  expect(run).toMatchObject({ error: 'ApprovalRejected', cause: expect.stringContaining('carol said no') });
});

test('silence until the deadline is closed, read and means no', async () => {
  const run = await play('RequestApproval', asking, {
    OpenApproval: asks(opened, 'never'),
    ReadApproval: fails('ApprovalExpired'),
  });
  expect(run.path).toEqual(['Ask the approvers', 'Close at the deadline', 'Read the decision again']);
  expect(run).toMatchObject({ status: 'FAILED', error: 'ApprovalExpired', seconds: 1800 });
  expect(run.calls[1]).toMatchObject({ task: 'DecideApproval', input: opened });
});

test('an answer after the deadline changes nothing', async () => {
  const run = await play('RequestApproval', asking, {
    OpenApproval: asks(opened, 1801),
    ReadApproval: fails('ApprovalExpired'),
  });
  expect(run).toMatchObject({ error: 'ApprovalExpired', seconds: 1800, lateAnswers: 1 });
});

test('votes that were delivered too late count all the same when the decision is read', async () => {
  const run = await play('RequestApproval', asking, { OpenApproval: asks(opened, 'never') });
  expect(run.path).toEqual(['Ask the approvers', 'Close at the deadline', 'Read the decision again', 'Approved']);
});

test('asks CloudTrail again every 15 s until it tells who started the run', async () => {
  const unknown = fails('RequesterUnknown');
  const run = await play('RequestApproval', asking, { OpenApproval: [unknown, unknown, asks(opened, 60)] });
  expect(run.path).toEqual(['Ask the approvers', 'Read the decision again', 'Approved']);
  expect(run.seconds).toBe(90);
});

test('each attempt to ask has a token of its own, and the newest is the one that is waited for', async () => {
  const run = await play('RequestApproval', asking, {
    OpenApproval: [fails('ServiceUnavailable'), asks(opened, 60)],
    ReadApproval: returns({ approval: 'autumn-switch', by: [] }),
  });
  const tokens = run.calls.flatMap(({ task, input }) =>
    task === 'OpenApproval' ? [(input as { token: string }).token] : [],
  );
  expect(new Set(tokens).size).toBe(2);
});

everyFailureHasItsFate(
  'RequestApproval',
  () => asking,
  {},
  { DecideApproval: { OpenApproval: asks(opened, 'never') } },
);
everyStateIsVisited('RequestApproval');
