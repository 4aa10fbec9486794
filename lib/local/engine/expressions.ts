import jsonata from 'jsonata';
import { bound, newEffort } from './evaluation-bounds.ts';
import { about, StateFailure } from './failure.ts';
import { registerStatesFunctions } from './functions.ts';
import type { Json } from './json.ts';

/** What an expression sees: `$states` and the variables in scope. */
export interface Scope {
  readonly states: { input: Json; context: Json; result?: Json; errorOutput?: Json };
  readonly variables: Readonly<Record<string, Json>>;
}

/** Where an expression stands, for AWS's sentence about its failure. */
export interface Place {
  readonly state: string;
  /** Id of the state's …StateEntered event. */
  readonly entered: number;
}

/** An expression failed. `location` names the field as AWS's EvaluationFailed event does (`Output/result`, `Items[0]`). */
export class QueryFailure extends StateFailure {
  readonly location: string | undefined;
  constructor(place: Place, location: string | undefined, text: string) {
    super('States.QueryEvaluationError', about(place, text));
    this.location = location;
  }
}

/** An expression is the whole string: `{%` first and `%}` last, with nothing around them. */
const EXPRESSION = /^\{%([\s\S]*)%\}$/;

/** The source of an expression, without its brackets; undefined when the text is a plain string. */
export const expressionIn = (text: string): string | undefined => EXPRESSION.exec(text)?.[1]?.trim();

/** Parsed expressions by source: parsing costs more than evaluating. The set is as large as the loaded machines. */
const parsed = new Map<string, jsonata.Expression>();

/** Parses an expression; throws the library's error when the syntax is wrong. */
export function parse(source: string): jsonata.Expression {
  let expression = parsed.get(source);
  if (expression === undefined) {
    expression = jsonata(source);
    registerStatesFunctions(expression);
    bound(expression);
    parsed.set(source, expression);
  }
  return expression;
}

/**
 * Evaluates every expression inside a value of the definition and copies the rest.
 * Throws `QueryFailure` in AWS's words when one yields nothing, a function, or an error.
 */
export async function evaluate(value: Json, scope: Scope, place: Place, location: string): Promise<Json> {
  if (typeof value === 'string') {
    const source = expressionIn(value);
    return source === undefined ? value : evaluateExpression(source, scope, place, location);
  }
  if (Array.isArray(value)) {
    const items: Json[] = [];
    for (const [index, item] of value.entries())
      items.push(await evaluate(item, scope, place, `${location}[${index}]`));
    return items;
  }
  if (value === null || typeof value !== 'object') return value;
  const members: Record<string, Json> = {};
  for (const [key, member] of Object.entries(value)) {
    members[key] = await evaluate(member, scope, place, `${location}/${key}`);
  }
  return members;
}

/** As `evaluate`, for a field that must be of one JSON type (`array`, `boolean`, `number`, `string`). */
export async function evaluateAs(
  type: 'array' | 'boolean' | 'number' | 'string',
  value: Json,
  scope: Scope,
  place: Place,
  location: string,
): Promise<Json> {
  const result = await evaluate(value, scope, place, location);
  const actual = typeOf(result);
  if (actual === type) return result;
  const subject = typeof value === 'string' ? expressionIn(value) : undefined;
  throw new QueryFailure(
    place,
    location,
    `${aboutExpression(subject ?? JSON.stringify(value), location)} returned an unexpected result type. ` +
      `Expected '${type}', but was '${actual}' for value: ${JSON.stringify(result)}`,
  );
}

/** The most seconds that AWS counts in any field. */
export const MOST_SECONDS = 99_999_999;

/** As `evaluateAs` a number, which must be whole and in a range. */
export async function evaluateWhole(
  value: Json,
  scope: Scope,
  place: Place,
  location: string,
  [least, most]: readonly [number, number],
): Promise<number> {
  const number = (await evaluateAs('number', value, scope, place, location)) as number;
  if (Number.isInteger(number) && number >= least && number <= most) return number;
  const range = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
  const problem = `The field '${location}' must be a whole number ${range}, but was: ${number}`;
  throw new QueryFailure(place, location, problem);
}

async function evaluateExpression(source: string, scope: Scope, place: Place, location: string): Promise<Json> {
  const subject = aboutExpression(source, location);
  let result: unknown;
  try {
    result = await parse(source).evaluate(undefined, { ...scope.variables, states: scope.states, ...newEffort() });
  } catch (error) {
    const { code, message } = error as { code?: string; message?: string };
    // AWS's ending, with a code and without [github.com/floci-io/floci #2736].
    const ending = code === undefined ? `: ${message}` : `. ${code}: ${message}`;
    throw new QueryFailure(place, location, `${subject} threw an error during evaluation${ending}`);
  }
  if (result === undefined) throw new QueryFailure(place, location, `${subject} returned nothing (undefined).`);
  if (holdsFunction(result)) throw new QueryFailure(place, location, `${subject} returned an unsupported result type.`);
  // The library marks its arrays with hidden members; a round trip leaves plain JSON.
  return JSON.parse(JSON.stringify(result, finite)) as Json;
}

/** JSON has no infinite numbers, nor what is none: AWS writes them as texts [github.com/floci-io/floci #2783]. */
const finite = (_: string, value: unknown): unknown =>
  typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;

const aboutExpression = (source: string, location: string): string =>
  `The JSONata expression '${source}' specified for the field '${location}'`;

function typeOf(value: Json): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

/** Functions, lambdas and regular expressions are values in JSONata, but not in JSON. */
function holdsFunction(value: unknown): boolean {
  if (typeof value === 'function') return true;
  if (typeof value !== 'object' || value === null) return false;
  if ('_jsonata_lambda' in value || '_jsonata_function' in value) return true;
  return Object.values(value).some(holdsFunction);
}
