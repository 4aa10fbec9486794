import { differences } from '../../../lib/local/recordings/compare.ts';
import { eventDifferences } from '../../../lib/local/recordings/compare-events.ts';

test.each([
  ['a mask stands for any text', '<uuid:1>', 'x'],
  ['a mask inside a text', 'arn:<resource:1>:end', 'arn:a:b:end'],
  ['a mask alone stands for any value', { a: '<date>' }, { a: 1 }],
  ['JSON text equals what it says', { a: 1, b: [2] }, '{"b":[2],"a":1}'],
  ['JSON texts with other spaces', { a: '{"b": [1, "<uuid:1>"]}' }, { a: '{"b":[1,"x"]}' }],
  ['a placeholder that nobody recorded', 'arn:aws:x', '<opaque:arns.x>'],
])('%s', (_, expected, actual) => {
  expect(differences(expected, actual)).toEqual([]);
});

test.each([
  ['a missing member', { a: 1, b: 2 }, { a: 1 }],
  ['a member too many', { a: 1 }, { a: 1, b: 2 }],
  ['another order in a list', [1, 2], [2, 1]],
  ['another value in a JSON text', '{"a": 1}', '{"a":2}'],
  ['another text around a mask', 'a<uuid:1>b', 'a1c'],
  ['a mask where there is nothing', { a: '<date>' }, {}],
  ['an object for a list', [1], { 0: 1 }],
])('%s differs', (_, expected, actual) => {
  expect(differences(expected, actual)).not.toEqual([]);
});

const event = (id: number | null, previousEventId: number | null, type: string, more: object = {}) => ({
  id,
  previousEventId,
  type,
  ...more,
});

describe('with concurrent parts', () => {
  const map = (first: number, second: number) => [
    event(1, 0, 'MapStateEntered'),
    event(2, 1, 'MapStateStarted'),
    event(3, 2, 'MapIterationStarted', { index: first }),
    event(4, 2, 'MapIterationStarted', { index: second }),
    event(5, 3, 'PassStateEntered', { of: first }),
    event(6, 4, 'PassStateEntered', { of: second }),
    event(7, 6, 'MapStateSucceeded'),
    event(8, 6, 'MapStateExited'),
  ];

  test('another interleaving is right, another event is not', () => {
    expect(eventDifferences(map(0, 1), map(1, 0), 'exact')).toEqual([]);
    const swapped = map(1, 0).map((one) => (one.id === 5 ? { ...one, of: 0 } : one));
    expect(eventDifferences(map(0, 1), swapped, 'exact')).not.toEqual([]);
    expect(eventDifferences(map(0, 1), map(0, 1).slice(0, -1), 'exact')).not.toEqual([]);
  });

  test('events that lost their ids are compared as they come', () => {
    const actual = [
      event(1, 0, 'A'),
      event(2, 1, 'C'),
      event(3, 1, 'B'),
      event(4, 2, 'ParallelStateSucceeded'),
      event(5, 3, 'D'),
    ];
    const recorded = [event(1, 0, 'A'), event(null, null, 'B'), event(null, null, 'C'), event(5, 3, 'D')];
    expect(eventDifferences(recorded, actual, 'parallel-normalised')).toEqual([]);
    expect(eventDifferences(recorded.slice(0, 3), actual, 'parallel-normalised')).not.toEqual([]);
    const other = recorded.map((one) => (one.type === 'B' ? { ...one, type: 'X' } : one));
    expect(eventDifferences(other, actual, 'parallel-normalised')).toHaveLength(2);
  });
});
