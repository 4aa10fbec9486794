import { retried } from '../../lib/domain/retried.ts';
import type { ExecutionHistory, HistoryEvent } from '../../lib/domain/timeline.ts';

/** A state that is tried once for each error, and then succeeds or ends with the last of them. */
function history(name: string, errors: readonly string[], recovers = true): ExecutionHistory {
  const events: HistoryEvent[] = [];
  const emit = (type: string, more: Partial<HistoryEvent> = {}) =>
    events.push({ id: events.length + 1, previousEventId: events.length, type, ...more });
  emit('ExecutionStarted');
  emit('TaskStateEntered', { stateEnteredEventDetails: { name } });
  errors.forEach((error, index) => {
    emit('TaskScheduled');
    emit('TaskStarted');
    if (error === 'States.Timeout') emit('TaskTimedOut', { taskTimedOutEventDetails: { error } });
    else emit('TaskFailed', { taskFailedEventDetails: { error } });
    if (index === errors.length - 1 && recovers) emit('TaskScheduled');
  });
  if (recovers) emit('TaskSucceeded');
  const execution = { machine: 'm', arn: `arn:${name}`, status: 'SUCCEEDED', startDate: 0 };
  return { execution, events };
}

test('a task that was lost and tried again is told with its state, what it met and how often', () => {
  const lost = 'Lambda.SdkClientException';
  expect(retried([history('Fence', [lost]), history('Copy', [lost, 'States.Timeout'])])).toEqual([
    '“Fence” was lost and tried again: Lambda.SdkClientException.',
    '“Copy” was lost and tried again 2 times: Lambda.SdkClientException, States.Timeout.',
  ]);
});

test('a cause that is one sentence is told, and a long or structured one is not', () => {
  const met = (cause: string): string | undefined => {
    const { execution, events } = history('Fence', ['Lambda.SdkClientException']);
    const failed = { taskFailedEventDetails: { error: 'Lambda.SdkClientException', cause } };
    return retried([{ execution, events: events.map((e) => (e.type === 'TaskFailed' ? { ...e, ...failed } : e)) }])[0];
  };
  expect(met('The account was stopped.')).toBe(
    '“Fence” was lost and tried again: Lambda.SdkClientException (The account was stopped).',
  );
  for (const cause of ['{"errorMessage":"x"}', 'x'.repeat(200)])
    expect(met(cause)).toBe('“Fence” was lost and tried again: Lambda.SdkClientException.');
});

test('what was not tried again was not survived, and what Passage waits for was not lost', () => {
  expect(retried([history('Fence', ['Lambda.Unknown'], false), history('Ask', ['RequesterUnknown'])])).toEqual([]);
});
