import jsonata from 'jsonata';
import { bound, newEffort } from '../../../lib/local/engine/evaluation-bounds.ts';
import { evaluate } from '../../../lib/local/engine/expressions.ts';

const play = (expression: string) =>
  evaluate(
    `{% ${expression} %}`,
    { states: { input: { n: 1 }, context: {} }, variables: {} },
    { state: 'Try', entered: 2 },
    'Output',
  );

/** How AWS's sentence about a failed expression goes on after its name. */
async function failureOf(expression: string): Promise<string> {
  const before =
    `An error occurred while executing the state 'Try' (entered at the event id #2). ` +
    `The JSONata expression '${expression}' specified for the field 'Output' `;
  const { error, reason } = await play(expression).then(
    (value) => Promise.reject(new Error(`${expression} is ${JSON.stringify(value)}`)),
    (failure) => failure as { error: string; reason: string },
  );
  expect(error).toBe('States.QueryEvaluationError');
  expect(reason.startsWith(before)).toBe(true);
  return reason.slice(before.length);
}

const nothing = 'returned nothing (undefined).';

test.each([
  ['$partition([1,2,3], 2)', [[1, 2], [3]]],
  ['$partition([1,2,3,4,5], 2.9)', [[1, 2], [3, 4], [5]]],
  ['$partition([1,2,3])', [[1, 2, 3]]],
  ['$range(0, 6, 3)', [0, 3, 6]],
  ['$range(10, 1, -4)', [10, 6, 2]],
  ['$range(3, 3, 1)', 3],
  ['$range(3, 3, 1)[]', [3]],
  ['$range(-1.7, 2, 1)', [-1, 0, 1, 2]],
  ['$range(5, 1, -1.5)', [5, 4, 3, 2, 1]],
  ['$count($range(1, 200000, 1))', 200_000],
  ["$hash('a', 'SHA-256')", 'ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb'],
  ["$hash('ñ', 'MD5')", '94e9342ecbb1458b6043ecd3bfcbc192'],
  ['$random(42)', 0.7275636800328681],
  ['$random(0.9)', 0.730967787376657],
  ['$random() = $random()', false],
  ['$length($uuid())', 36],
  ['$parse(\'{"a":[1]}\')', { a: [1] }],
  ["$exists($parse('null'))", true],
  ["$map(['1', '2'], $parse)", [1, 2]],
  ['[1..3][$ > 1]', [2, 3]],
  ['[1..3][$ > 2]', 3],
])('%s', async (expression, expected) => {
  expect(await play(expression)).toEqual(expected);
});

test.each([
  ['1/0', 'Infinity'],
  ['[-1/0]', ['-Infinity']],
  ['{"k": 1e308 * 10}', { k: 'Infinity' }],
  ['0/0', 'NaN'],
])('%s is no number of JSON, and becomes a text', async (expression, expected) => {
  expect(await play(expression)).toEqual(expected);
});

test.each([
  '$states.input.absent',
  '$parse($states.input.absent)',
  '$partition([], 2)',
  '$partition([1], -0.5)',
  '$range(5, 1, 1)',
  '$range(1, 5, 0)',
  '$range(1, 5)',
  "$hash('a')",
])('%s is nothing', async (expression) => {
  expect(await failureOf(expression)).toBe(nothing);
});

test.each([
  ['function($x){$x}', 'returned an unsupported result type.'],
  ['{"f": $sum}', 'returned an unsupported result type.'],
  ['/ab/', 'returned an unsupported result type.'],
])('%s is no value', async (expression, sentence) => {
  expect(await failureOf(expression)).toBe(sentence);
});

test.each([
  ["$number('x')", 'D3030: Unable to cast value to a number: "x"'],
  ['$sum(["a"])', 'T0412: Argument 1 of function "sum" must be an array of "numbers"'],
  ['$partition([1], -1)', 'D3137: Second argument must be zero or greater'],
  ['$range(1)', 'T0410: Argument 2 of function "range" does not match function signature'],
  ["$hash(42, 'MD5')", 'T0410: Argument 1 of function "hash" does not match function signature'],
  ["$uuid('x')", 'T0410: Argument 1 of function "uuid" does not match function signature'],
  ['$random(1, 2)', 'T0410: Argument 2 of function "random" does not match function signature'],
  ['$parse(null)', 'T0410: Argument 1 of function "parse" does not match function signature'],
  ["$parse('1 2')", 'D3137: Invalid JSON'],
  ["$parse('1e400')", 'D3137: Invalid JSON'],
  ["$eval('1+1')", 'T1006: Attempted to invoke a non-function'],
])('%s fails by a code', async (expression, ending) => {
  expect(await failureOf(expression)).toBe(`threw an error during evaluation. ${ending}`);
});

test("the name of an algorithm is AWS's", async () => {
  expect(await failureOf("$hash('a', 'md5')")).toMatch(/^threw an error during evaluation\. D3137: /);
});

const memory = 'Expression evaluation memory limit exceeded: Check for excessive memory usage';

test.each(['$range(1, 360146, 1)', '$count([1..873783])', "$length($pad('', 8388608))"])(
  '%s takes more memory than AWS gives',
  async (expression) => {
    expect(await failureOf(expression)).toBe(`threw an error during evaluation: ${memory}`);
  },
);

test.each([
  ['that goes on for ever', { since: 0, parts: 127 }, 'Expression evaluation timeout: Check for infinite loop'],
  [
    'that calls itself for ever',
    { open: 100_000 },
    'Stack overflow error: Check for non-terminating recursive function.',
  ],
])('an expression %s is stopped', async (_, spent, message) => {
  const expression = jsonata('1 + 1');
  bound(expression);
  expect(await expression.evaluate(undefined, newEffort())).toBe(2);
  await expect(expression.evaluate(undefined, newEffort(spent))).rejects.toThrow(message);
});
