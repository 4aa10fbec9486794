import { isObject, type Json } from '../json.ts';
import { splitResource } from '../task.ts';
import { invalid } from './request.ts';
import { apiOutput, type Shape } from './sdk-shapes.ts';

const refuse = (problem: string) => invalid(`Mock result schema validation error: ${problem}`);

/**
 * Checks a mocked result against the API that the Resource calls, by the SDK's own description of it. STRICT wants the
 * required fields, PRESENT only that what is there has the right type. A service without a client here is not checked,
 * nor are ranges and lists of allowed values, which the SDK does not describe.
 */
export async function checkApiShape(
  resource: string,
  result: Json,
  mode: 'STRICT' | 'PRESENT' | 'NONE',
): Promise<void> {
  if (mode === 'NONE') return;
  const shape = await shapeOf(resource);
  if (shape) check(result, shape, '', mode === 'STRICT');
}

/** What a Task returns: with `.sync` the answer of the API that is polled; what a token brings back is anything. */
const polled: Readonly<Record<string, string>> = {
  'states:startExecution': 'describeExecution',
  'ecs:runTask': 'describeTasks',
};

async function shapeOf(resource: string): Promise<Shape | undefined> {
  const { resourceType, resource: called } = splitResource(resource);
  const [, action = '', pattern = ''] = /^([^.]*)(?:\.(.*))?$/.exec(called) ?? [];
  const service = resourceType.replace(/^aws-sdk:/, '');
  if (pattern === 'waitForTaskToken') return undefined;
  if (pattern === '') {
    const shape = await apiOutput(service, action);
    // Step Functions parses the payload of its own integration, so that any JSON may stand there.
    return service === 'lambda' && shape?.type === 'structure' ? without(shape, 'Payload') : shape;
  }
  const poll = polled[`${service}:${action}`];
  const shape = poll === undefined ? undefined : await apiOutput(service, poll);
  // `.sync:2` parses these two, too.
  if (pattern === 'sync:2' && shape?.type === 'structure') return without(without(shape, 'Input'), 'Output');
  return shape;
}

type Structure = Extract<Shape, { type: 'structure' }>;

const without = (shape: Structure, name: string): Structure => ({
  ...shape,
  members: new Map([...shape.members].filter(([member]) => member !== name)),
});

const called: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  boolean: 'a boolean',
  list: 'an array',
  map: 'an object',
  structure: 'an object',
};

function check(value: Json, shape: Shape, field: string, strict: boolean): void {
  const right = {
    any: () => true,
    string: () => typeof value === 'string',
    number: () => typeof value === 'number',
    boolean: () => typeof value === 'boolean',
    list: () => Array.isArray(value),
    map: () => isObject(value),
    structure: () => isObject(value),
  }[shape.type]();
  if (!right)
    throw refuse(
      field === '' ? `Result must be ${called[shape.type]}` : `Field '${field}' must be ${called[shape.type]}`,
    );
  if (shape.type === 'list') for (const item of value as Json[]) check(item, shape.member(), field, strict);
  if (!isObject(value)) return;
  if (shape.type === 'map') for (const item of Object.values(value)) check(item, shape.member(), field, strict);
  if (shape.type !== 'structure') return;
  for (const name of strict ? shape.required : []) {
    if (!(name in value)) throw refuse(`Required field '${name}' is missing`);
  }
  for (const [name, member] of Object.entries(value)) {
    const inner = shape.members.get(name);
    if (inner) check(member, inner(), name, strict);
  }
}
