import { DefinitionRefused, loadMachine } from '../../../lib/local/engine/load.ts';

const LAMBDA = 'arn:aws:states:::lambda:invoke';
const CALLBACK = `${LAMBDA}.waitForTaskToken`;
const rules = { resources: new Set([LAMBDA, CALLBACK]), timeoutsRequired: true };

const machine = (states: object, more: object = {}) =>
  JSON.stringify({ QueryLanguage: 'JSONata', StartAt: Object.keys(states)[0], States: states, ...more });

function problems(text: string, more: Partial<typeof rules> = {}): readonly string[] {
  try {
    loadMachine(text, { ...rules, ...more });
  } catch (error) {
    if (error instanceof DefinitionRefused) return error.problems;
    throw error;
  }
  return [];
}

const end = { Type: 'Pass', End: true };
const distributed = {
  Type: 'Map',
  ItemProcessor: {
    ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
    StartAt: 'B',
    States: { B: end },
  },
  End: true,
};
const task = { Type: 'Task', Resource: LAMBDA, TimeoutSeconds: 5, End: true };

test.each<[string, string, string]>([
  ['text that is not JSON', '{', 'not JSON: '],
  [
    'a placeholder that was not replaced',
    machine({ A: { ...task, Resource: '${Function}' } }),
    '${Function} was not replaced',
  ],
  [
    'a JSONPath machine',
    machine({ A: end }, { QueryLanguage: 'JSONPath' }),
    'the machine: QueryLanguage: only JSONata is run here',
  ],
  [
    'a machine that says nothing',
    machine({ A: end }, { QueryLanguage: undefined }),
    'state "A": QueryLanguage: JSONPath is not run here; say JSONata',
  ],
  [
    'a JSONPath state',
    machine({ A: { ...end, QueryLanguage: 'JSONPath' } }),
    'state "A": QueryLanguage: JSONPath is not run here; say JSONata',
  ],
  ['a field of JSONPath', machine({ A: { ...end, InputPath: '$.a' } }), 'state "A": unknown field InputPath'],
  [
    'an unknown field of a retrier',
    machine({ A: { ...task, Retry: [{ ErrorEquals: ['X'], Max: 1 }] } }),
    'state "A": unknown field Retry.0.Max',
  ],
  ['an unknown type', machine({ A: { Type: 'Loop' } }), 'state "A": unknown Type "Loop"'],
  [
    'an unknown resource',
    machine({ A: { ...task, Resource: 'arn:aws:states:::sns:publish' } }),
    'state "A": Resource: nothing answers arn:aws:states:::sns:publish here',
  ],
  [
    'a task without a timeout',
    machine({ A: { ...task, TimeoutSeconds: undefined } }),
    'state "A": TimeoutSeconds is missing',
  ],
  ['a timeout of text', machine({ A: { ...task, TimeoutSeconds: 'soon' } }), 'state "A": TimeoutSeconds: '],
  [
    'a callback without its token',
    machine({ A: { ...task, Resource: CALLBACK, Arguments: {} } }),
    'state "A": Arguments: nobody gets $states.context.Task.Token',
  ],
  [
    'a dangling Next',
    machine({ A: { Type: 'Pass', Next: 'B' } }),
    'state "A": Next names the state "B", which does not exist',
  ],
  [
    'a dangling Catch',
    machine({ A: { ...task, Catch: [{ ErrorEquals: ['X'], Next: 'B' }] } }),
    'state "A": Catch.0.Next names the state "B"',
  ],
  ['a dangling start', machine({ A: end }, { StartAt: 'B' }), 'the machine: StartAt names the state "B"'],
  ['a state without an exit', machine({ A: { Type: 'Pass' } }), 'state "A": needs either Next or End'],
  [
    'States.ALL before others',
    machine({ A: { ...task, Retry: [{ ErrorEquals: ['States.ALL'] }, { ErrorEquals: ['X'] }] } }),
    'state "A": Retry.0: States.ALL must stand alone and last',
  ],
  ['bad JSONata', machine({ A: { ...end, Output: { a: '{% 1 + %}' } } }), 'state "A": Output.a: not JSONata: '],
  [
    '$eval',
    machine({ A: { ...end, Output: "{% [1].$eval('1') %}" } }),
    'state "A": Output: $eval does not exist; use $parse',
  ],
  [
    'a wait for two things',
    machine({ A: { Type: 'Wait', Seconds: 1, Timestamp: '2026-01-01T00:00:00Z', End: true } }),
    'state "A": needs either Seconds or Timestamp',
  ],
  [
    'a Timestamp that is none',
    machine({ A: { Type: 'Wait', Timestamp: '2026-02-30T00:00:00Z', End: true } }),
    'state "A": Timestamp: String does not match RFC3339 timestamp',
  ],
  [
    'a reader of an inline map',
    machine({
      A: {
        Type: 'Map',
        ItemReader: { Resource: 'arn:aws:states:::s3:getObject' },
        ItemProcessor: { StartAt: 'B', States: { B: end } },
        End: true,
      },
    }),
    'state "A": ItemReader: only a distributed Map has one',
  ],
  [
    'a reader of a distributed map that nothing answers',
    machine({ A: { ...distributed, ItemReader: { Resource: 'arn:aws:states:::s3:getObject' } } }),
    'state "A": ItemReader.Resource: nothing answers arn:aws:states:::s3:getObject here',
  ],
  [
    'a label that is no name: a folder is named so',
    machine({ A: { ...distributed, Label: '../../../outside' } }),
    'state "A": Label: must be 1 to 40 characters, without those that AWS forbids in names',
  ],
  [
    'a reader of something else',
    machine({ A: { ...distributed, ItemReader: { Resource: LAMBDA } } }),
    'state "A": ItemReader.Resource: items are read by arn:aws:states:::s3:getObject',
  ],
  [
    'a reader of a format that is not read here',
    machine({
      A: {
        ...distributed,
        ItemReader: { Resource: 'arn:aws:states:::s3:getObject', ReaderConfig: { InputType: 'PARQUET' } },
      },
    }),
    'state "A": ItemReader.ReaderConfig.InputType: only CSV, JSON and JSONL are read here',
  ],
  [
    'an activity',
    machine({ A: { ...task, Resource: 'arn:aws:states:us-east-1:111111111111:activity:a' } }),
    'state "A": Resource: activities are not run here',
  ],
  [
    'a fault inside a branch',
    machine({
      A: { Type: 'Parallel', Branches: [{ StartAt: 'B', States: { B: { ...end, Parameters: {} } } }], End: true },
    }),
    'state "B": unknown field Parameters',
  ],
  [
    'a name used twice',
    machine({ A: { Type: 'Parallel', Branches: [{ StartAt: 'A', States: { A: end } }], End: true } }),
    'state "A": another state has the same name',
  ],
])('refuses %s, naming state and field', (_, text, expected) => {
  expect(problems(text)).toContainEqual(expect.stringContaining(expected));
});

test('refuses a branch that assigns a variable of the states around it, but not one of another branch', () => {
  const part = (name: string, variable: string) => ({
    StartAt: name,
    States: { [name]: { ...end, Assign: { [variable]: 1 } } },
  });
  const text = machine({
    A: { Type: 'Pass', Assign: { v: 1 }, Next: 'B' },
    B: { Type: 'Parallel', Branches: [part('C', 'v'), part('D', 'w'), part('E', 'w')], End: true },
  });
  expect(problems(text)).toEqual(['state "C": Assign: $v belongs to the states around this branch']);
});

test('lists every finding at once', () => {
  const text = machine({ A: { ...end, InputPath: '$' }, B: { ...end, ResultPath: '$', OutputPath: '$' } });
  expect(problems(text)).toEqual([
    'state "A": unknown field InputPath',
    'state "B": unknown field ResultPath',
    'state "B": unknown field OutputPath',
  ]);
});

test('takes what AWS takes: timeouts by expression, JSONata by state', () => {
  const expression = machine({ A: { ...task, TimeoutSeconds: '{% $states.input.seconds %}' } });
  const byState = machine({ A: { ...end, QueryLanguage: 'JSONata' } }, { QueryLanguage: undefined });
  expect(problems(expression)).toEqual([]);
  expect(problems(byState)).toEqual([]);
  expect(problems(machine({ A: { ...task, TimeoutSeconds: undefined } }), { timeoutsRequired: false })).toEqual([]);
});
