import type { ConditionKeys } from '../wire/endpoint.ts';
import { wildcard } from './wildcard.ts';

/** Whether the condition block of one statement holds for the keys of a call. */
export type Condition = (keys: ConditionKeys) => boolean;

/** How one value of a key compares with one value of the policy. */
type Comparison = (actual: string, expected: string) => boolean;

const equal: Comparison = (actual, expected) => actual === expected;
const equalIgnoringCase: Comparison = (actual, expected) => actual.toLowerCase() === expected.toLowerCase();
const like: Comparison = (actual, expected) => wildcard(expected).test(actual);
const numeric =
  (compare: (a: number, b: number) => boolean): Comparison =>
  (actual, expected) =>
    compare(Number(actual), Number(expected));

/** Wildcards in an ARN do not reach over its first five colons. */
const arnLike: Comparison = (actual, expected) => {
  const split = (arn: string) => [...arn.split(':').slice(0, 5), arn.split(':').slice(5).join(':')];
  const [parts, patterns] = [split(actual), split(expected)];
  return patterns.every((pattern, index) => wildcard(pattern).test(parts[index] ?? ''));
};

const positive: Readonly<Record<string, Comparison>> = {
  StringEquals: equal,
  StringEqualsIgnoreCase: equalIgnoringCase,
  StringLike: like,
  ArnEquals: arnLike,
  ArnLike: arnLike,
  Bool: equalIgnoringCase,
  NumericEquals: numeric((a, b) => a === b),
  NumericLessThan: numeric((a, b) => a < b),
  NumericLessThanEquals: numeric((a, b) => a <= b),
  NumericGreaterThan: numeric((a, b) => a > b),
  NumericGreaterThanEquals: numeric((a, b) => a >= b),
};
/** A negated operator holds when its opposite holds for no value, and when the key is absent. */
const negated: Readonly<Record<string, Comparison>> = {
  StringNotEquals: equal,
  StringNotEqualsIgnoreCase: equalIgnoringCase,
  StringNotLike: like,
  ArnNotEquals: arnLike,
  ArnNotLike: arnLike,
  NumericNotEquals: numeric((a, b) => a === b),
};

/** Reads a condition block; an operator that is not known here is refused with the policy's owner in the message. */
export function compileConditions(
  block: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>,
  owner: string,
): Condition {
  const tests = Object.entries(block).flatMap(([operator, keys]) =>
    Object.entries(keys).map(([key, expected]) => compileTest(operator, key, expected, owner)),
  );
  return (keys) => {
    const lowered = new Map(Object.entries(keys).map(([key, value]) => [key.toLowerCase(), value]));
    return tests.every((test) => test((key) => lowered.get(key.toLowerCase())));
  };
}

type Lookup = (key: string) => string | readonly string[] | undefined;

function compileTest(
  operator: string,
  key: string,
  expected: readonly string[],
  owner: string,
): (find: Lookup) => boolean {
  const [, quantifier, name = '', ifExists] =
    /^(?:(ForAllValues|ForAnyValue):)?(\w+?)(IfExists)?$/.exec(operator) ?? [];
  if (name === 'Null' && !quantifier && !ifExists) {
    return (find) => expected.includes(String(find(key) === undefined));
  }
  const comparison = positive[name] ?? negated[name];
  if (!comparison)
    throw new Error(`The policy of ${owner} uses the condition operator ${operator}, which is not supported.`);
  const matches = (actual: string) =>
    expected.some((value) => comparison(actual, value)) !== Object.hasOwn(negated, name);
  return (find) => {
    const value = find(key);
    if (value === undefined)
      return Boolean(ifExists) || quantifier === 'ForAllValues' || (!quantifier && Object.hasOwn(negated, name));
    const values = [value].flat();
    // Without a quantifier AWS gives single-valued keys; a negated one must hold for each value.
    return quantifier === 'ForAllValues' || (!quantifier && Object.hasOwn(negated, name))
      ? values.every(matches)
      : values.some(matches);
  };
}
