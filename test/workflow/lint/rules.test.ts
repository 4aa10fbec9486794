import { existsSync, readdirSync } from 'node:fs';
import { lint, rules } from '../../../lib/workflow/lint/lint.ts';
import { type BadExamples, branch, call, callback, done, machine } from './machine.ts';

const badOf = (id: string) => new URL(`./bad/${id}.ts`, import.meta.url);
const tested = await Promise.all(
  rules.map(async (rule) => {
    if (!existsSync(badOf(rule.id))) return { rule, bad: {} };
    return { rule, bad: ((await import(badOf(rule.id).href)) as { bad: BadExamples }).bad };
  }),
);

test('every file of rules/ is a rule named like it', () => {
  const folder = new URL('../../../lib/workflow/lint/rules', import.meta.url);
  const files = readdirSync(folder).map((file) => file.replace(/\.ts$/, ''));
  expect(rules.map(({ id }) => id).sort()).toEqual(files.sort());
});

describe.each(tested.map(({ rule, bad }) => [rule.id, rule, bad] as const))('%s', (_, rule, bad) => {
  test('has a bad example', () => expect(Object.keys(bad)).not.toEqual([]));

  test.each(Object.entries(bad))('finds %s', (_, { machine, found }) => {
    const findings = [...rule.find(machine)];
    expect(findings.map(({ state, message }) => [state, message])).toEqual(
      found.map(([state, message]) => [state, expect.stringMatching(message)]),
    );
    expect(findings.every(({ message }) => /[.…]$/.test(message))).toBe(true);
  });
});

test('finds nothing wrong with a machine of every kind of state', () => {
  const good = machine(
    {
      Begin: { Type: 'Pass', Assign: { list: '{% $states.input.list %}', first: 1 }, Next: 'Call' },
      Call: {
        ...call,
        Output: '{% $states.result.Payload %}',
        Assign: { answer: '{% $states.result.Payload.answer %}' },
        Catch: [
          {
            ErrorEquals: ['LeaseLost', 'States.DataLimitExceeded'],
            Assign: { answer: '{% $states.errorOutput.Error %}' },
            Next: 'Is it enough?',
          },
        ],
        Next: 'Is it enough?',
      },
      'Is it enough?': {
        Type: 'Choice',
        Choices: [{ Condition: "{% $answer = 'yes' and $count($list[size > $first]) > 0 %}", Next: 'Done' }],
        Default: 'Both',
      },
      Both: {
        Type: 'Parallel',
        Branches: [
          branch({
            Ask: { ...callback, Assign: { own: '{% $states.result %}' }, Next: 'Use it' },
            'Use it': { Type: 'Pass', Output: '{% $own %}', End: true },
          }),
          branch({ Rest: { Type: 'Wait', End: true } }),
        ],
        Next: 'Each',
      },
      Each: {
        Type: 'Map',
        MaxConcurrency: 40,
        ItemProcessor: branch({
          Look: { Type: 'Pass', Output: '{% $map($list, function($each) { $each & $answer }) %}', End: true },
        }),
        Output: '{% ($sum := $sum($states.result); $sum + 1) %}',
        Next: 'Done',
      },
      Done: done,
    },
    { TimeoutSeconds: 3600 },
  );
  expect(lint(good)).toEqual([]);
});
