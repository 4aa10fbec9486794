/** Whether an event (or a part of it) is what a pattern asks for. */
export type Match = (value: unknown) => boolean;

/**
 * Reads an event pattern. Understood are values, nested fields, `$or`, `prefix`, `suffix`, `equals-ignore-case`,
 * `wildcard`, `anything-but`, `exists` and `numeric`; anything else is refused with the rule's name in the message.
 */
export function compilePattern(pattern: Readonly<Record<string, unknown>>, rule: string): Match {
  const refuse: Refuse = (what) => {
    throw new Error(`The event pattern of ${rule} uses ${what}, which is not supported.`);
  };
  return compileFields(pattern, refuse);
}

type Refuse = (what: string) => never;

function compileFields(pattern: Readonly<Record<string, unknown>>, refuse: Refuse): Match {
  const fields = Object.entries(pattern).map(([name, expected]): Match => {
    if (name === '$or') {
      if (!Array.isArray(expected)) return refuse('an $or that is not a list');
      const choices = expected.map((each) =>
        isObject(each) ? compileFields(each, refuse) : refuse('an $or of something else than fields'),
      );
      return (value) => choices.some((choice) => choice(value));
    }
    const match = compileField(name, expected, refuse);
    return (value) => match(isObject(value) ? value[name] : undefined);
  });
  const all: Match = (value) => fields.every((field) => field(value));
  return (value) => (Array.isArray(value) ? value.some(all) : all(value));
}

/** What one field must be: fields of its own, or a list of values and operators of which one must fit. */
function compileField(name: string, expected: unknown, refuse: Refuse): Match {
  if (isObject(expected)) return compileFields(expected, refuse);
  if (!Array.isArray(expected)) return refuse(`${name} without a list of values`);
  const choices = expected.map((each) => (isObject(each) ? compileOperator(each, refuse) : equal(each)));
  return (value) => choices.some((choice) => choice(value));
}

function compileOperator(expression: Readonly<Record<string, unknown>>, refuse: Refuse): Match {
  const [[operator, operand] = ['', undefined], ...more] = Object.entries(expression);
  if (more.length > 0) return refuse(`an expression of several operators (${Object.keys(expression).join(', ')})`);
  if (operator === 'exists' && typeof operand === 'boolean') {
    // Only a leaf exists: an object is a path to leaves.
    return (value) => (value !== undefined && !isObject(value)) === operand;
  }
  if (operator === 'anything-but') return compileAnythingBut(operand, refuse);
  if (operator === 'numeric' && Array.isArray(operand)) return any(compileNumeric(operand, refuse));
  return any(compileText(operator, operand, refuse));
}

/** Operators on one text. */
function compileText(operator: string, operand: unknown, refuse: Refuse): Match {
  const folded = isObject(operand) && Object.keys(operand).length === 1 ? operand['equals-ignore-case'] : undefined;
  const text = typeof operand === 'string' ? operand : folded;
  if (typeof text !== 'string') return refuse(`${operator} with ${JSON.stringify(operand)}`);
  const fold = (value: string) => (folded === undefined ? value : value.toLowerCase());
  const wanted = fold(text);
  switch (operator) {
    case 'prefix':
      return (value) => typeof value === 'string' && fold(value).startsWith(wanted);
    case 'suffix':
      return (value) => typeof value === 'string' && fold(value).endsWith(wanted);
    case 'equals-ignore-case':
      return (value) => typeof value === 'string' && value.toLowerCase() === text.toLowerCase();
    case 'wildcard': {
      // In an event pattern only the star is special.
      if (/\\/.test(text)) return refuse('an escaped wildcard');
      const parts = text.split('*').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
      const expression = new RegExp(`^${parts.join('.*')}$`, 's');
      return (value) => typeof value === 'string' && expression.test(value);
    }
    default:
      return refuse(`the operator ${operator}`);
  }
}

function compileAnythingBut(operand: unknown, refuse: Refuse): Match {
  const excluded = (Array.isArray(operand) ? operand : [operand]).flatMap((each): Match[] => {
    if (!isObject(each)) return [equal(each)];
    return Object.entries(each).flatMap(([operator, texts]) =>
      [texts].flat().map((text) => compileText(operator, text, refuse)),
    );
  });
  const fits: Match = (value) => !excluded.some((match) => match(value));
  return (value) => value !== undefined && (Array.isArray(value) ? value.some(fits) : fits(value));
}

/** `['>', 0, '<=', 5]` */
function compileNumeric(operand: readonly unknown[], refuse: Refuse): Match {
  const comparisons: ((value: number) => boolean)[] = [];
  for (let at = 0; at < operand.length; at += 2) {
    const [sign, bound] = [operand[at], operand[at + 1]];
    if (typeof bound !== 'number') return refuse(`numeric with ${JSON.stringify(operand)}`);
    if (sign === '=') comparisons.push((value) => value === bound);
    else if (sign === '<') comparisons.push((value) => value < bound);
    else if (sign === '<=') comparisons.push((value) => value <= bound);
    else if (sign === '>') comparisons.push((value) => value > bound);
    else if (sign === '>=') comparisons.push((value) => value >= bound);
    else return refuse(`numeric with ${JSON.stringify(operand)}`);
  }
  return (value) => typeof value === 'number' && comparisons.every((compare) => compare(value));
}

/** A list in the event fits when one of its elements does. */
const any =
  (match: Match): Match =>
  (value) =>
    Array.isArray(value) ? value.some(match) : match(value);

const equal = (expected: unknown): Match => any((value) => value === expected);

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
