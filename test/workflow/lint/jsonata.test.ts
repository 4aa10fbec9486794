import jsonata from 'jsonata';
import { functions, read } from '../../../lib/workflow/lint/jsonata.ts';

const added = ['hash', 'parse', 'partition', 'random', 'range', 'uuid'];

test('the functions are those of the pinned JSONata, and six of AWS', async () => {
  const missing: string[] = [];
  for (const name of functions) {
    if ((await jsonata(`$type($${name})`).evaluate({})) !== 'function') missing.push(name);
  }
  // $random stands in both, with a seed at AWS.
  expect(missing.sort()).toEqual(added.filter((name) => name !== 'random'));
});

const reads = (source: string) => {
  const { reading } = read(source);
  return {
    variables: [...reading!.variables],
    functions: [...reading!.functions],
    contextual: [...reading!.contextual],
    states: reading!.states.map(({ path }) => path.join('.')),
  };
};
const nothing = { variables: [], functions: [], contextual: [], states: [] };

test.each([
  ['$states.input.items[price > $least].name', { variables: ['least'], states: ['input.items.name'] }],
  ['$states.input.items.(name & $.size)', { states: ['input.items'] }],
  ['$states.input.items^(>size)', { states: ['input.items'] }],
  ['$list[0] ~> $uppercase', { variables: ['list'], functions: ['uppercase'] }],
  ['$map($list, function($each) { $each + $more })', { variables: ['list', 'more'], functions: ['map'] }],
  ['($x := $list; $x + $y)', { variables: ['list', 'y'] }],
  ['$list@$each.$each.name', { variables: ['list'] }],
  ["{'key': name, 'other': $$}", { contextual: ['name', '$$'] }],
  ['$lost($states)', { functions: ['lost'], states: [''] }],
  ['$states.context.Task[0].Token', { states: ['context.Task.Token'] }],
  ["$replace($text, /[a-z]+/, '')", { variables: ['text'], functions: ['replace'] }],
])('reads %s', (source, expected) => expect(reads(source)).toEqual({ ...nothing, ...expected }));

test('tells a hashed token from one that is handed on', () => {
  const hashed = (source: string) => read(source).reading!.states.map((each) => each.hashed);
  expect(hashed("$substring($hash($states.context.Task.Token, 'MD5'), 0, 8)")).toEqual([true]);
  expect(hashed('$string($states.context.Task.Token)')).toEqual([false]);
});

test('says why a text is not JSONata', () => {
  expect(read('$states.input.')).toEqual({ problem: expect.stringContaining('Unexpected end') });
});
