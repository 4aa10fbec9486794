import { randomUUID } from 'node:crypto';
import type { State } from '../definition.ts';
import { isObject, type Json, type JsonObject } from '../json.ts';
import { RETRYABLE, STATE_DATA, timeText } from '../run.ts';
import { invalid, jsonOf } from './request.ts';
import { STATE_NAME } from './state-under-test.ts';

type Field = 'string' | 'number' | 'any' | { readonly [name: string]: Field };

/** What a context object may hold. */
const fields: Field = {
  Execution: {
    Id: 'string',
    Input: 'any',
    Name: 'string',
    RoleArn: 'string',
    StartTime: 'string',
    RedriveCount: 'number',
    RedriveTime: 'string',
  },
  State: { Name: 'string', EnteredTime: 'string', RetryCount: 'number' },
  StateMachine: { Id: 'string', Name: 'string' },
  Task: { Token: 'string' },
  Map: { Item: { Index: 'number', Value: 'any', Key: 'string', Source: 'string' } },
};

/** The context object that a request gives, checked as AWS checks it. */
export function givenContext(text: string, state: State): JsonObject {
  const refuse = (problem: string) => invalid(`Invalid Context object provided: ${problem}`);
  const context = jsonOf(text, 'Invalid Context object provided: not valid JSON');
  const check = (value: Json, field: Field, path: string): void => {
    if (field === 'any') return;
    if (typeof field === 'string') {
      if (typeof value !== field) throw refuse(`${path} must be a ${field}`);
      return;
    }
    if (!isObject(value)) throw refuse(`${path === '' ? 'Context' : path} must be an object`);
    for (const [name, member] of Object.entries(value)) {
      const inner = Object.hasOwn(field, name) ? field[name] : undefined;
      if (inner === undefined) throw refuse(`Field '${name}' is not allowed`);
      check(member, inner, path === '' ? name : `${path}.${name}`);
    }
  };
  check(context, fields, '');
  const handsOver = state.Type === 'Task' && /\.(sync(:2)?|waitForTaskToken)$/.test(state.Resource);
  if (isObject(context) && 'Task' in context && !handsOver) {
    throw refuse(
      "Context object contains 'Task' when state is not a Task state with a '.sync' or '.waitForTaskToken' " +
        'service integration pattern',
    );
  }
  return context as JsonObject;
}

/** The context object that AWS makes where none is given [recorded]: an express execution of a machine of no account of ours. */
export function madeContext(
  state: State,
  o: {
    readonly region: string;
    readonly accountId: string;
    readonly input: Json;
    /** Documented: what is inside of a Map is tested as its first iteration. */
    readonly inMap: boolean;
    readonly roleArn: string | undefined;
    readonly now: number;
    readonly retries: number;
  },
): JsonObject {
  const [machine, execution] = [randomUUID(), randomUUID()];
  const arn = (rest: string) => `arn:aws:states:${o.region}:${o.accountId}:${rest}`;
  const time = timeText(o.now);
  return {
    Execution: {
      Id: arn(`express:${machine}:${execution}`),
      Input: o.input,
      Name: execution,
      RoleArn: o.roleArn ?? null,
      StartTime: time,
    },
    StateMachine: { Id: arn(`stateMachine:${machine}`), Name: machine },
    State: {
      Name: STATE_NAME,
      EnteredTime: time,
      ...(RETRYABLE.has(state.Type) && { RetryCount: o.retries }),
    },
    ...(o.inMap && { Map: { Item: { Index: 0, Value: o.input, Source: STATE_DATA } } }),
  };
}
