import jsonata from 'jsonata';
import { machineNames } from '../../lib/workflow/registry.ts';
import { everyState } from '../../lib/workflow/states.ts';
import { machine } from './support.ts';

/** What AWS adds to JSONata 2.0.6; it takes `$eval` away. */
const added = ['partition', 'range', 'hash', 'random', 'uuid', 'parse'];

interface Expression {
  readonly at: string;
  readonly text: string;
}

function expressionsIn(value: unknown, at: string): Expression[] {
  if (typeof value === 'string') return value.includes('{%') || value.includes('%}') ? [{ at, text: value }] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inside]) =>
    // Branches are visited as states of their own.
    key === 'Branches' || key === 'ItemProcessor' ? [] : expressionsIn(inside, `${at}, ${key}`),
  );
}

const ofMachine = (name: (typeof machineNames)[number]) =>
  everyState(machine(name)).flatMap(([state, definition]) => expressionsIn(definition, `${name}, "${state}"`));
const all = machineNames.flatMap(ofMachine);
const body = ({ text }: Expression) => text.slice(2, -2).trim();

test('an expression fills its string, from {% to %}', () => {
  expect(all.filter(({ text }) => !(text.startsWith('{%') && text.endsWith('%}')))).toEqual([]);
});

test('an expression is JSONata, at most 80 characters of it', () => {
  const wrong = all.flatMap((expression) => {
    if (body(expression).length > 80) return [`${expression.at}: too long, it belongs into lib/domain`];
    try {
      jsonata(body(expression));
      return [];
    } catch (error) {
      return [`${expression.at}: ${(error as Error).message}`];
    }
  });
  expect(wrong).toEqual([]);
});

test('an expression calls no function that AWS does not have', async () => {
  const called = new Set(
    all.flatMap((expression) => [...body(expression).matchAll(/\$(\w+)\(/g)].map(([, name]) => name!)),
  );
  expect(called).toContain('split');
  for (const name of called) {
    const type = added.includes(name) ? 'function' : await jsonata(`$type($${name})`).evaluate({});
    expect([name, name === 'eval' ? 'removed' : type]).toEqual([name, 'function']);
  }
});

test.each(machineNames)('every variable of %s is assigned in it', (name) => {
  const assigned = new Set(
    everyState(machine(name)).flatMap(([, { Assign = {}, Catch = [] }]) => [
      ...Object.keys(Assign),
      ...Catch.flatMap((catcher) => Object.keys((catcher as { Assign?: object }).Assign ?? {})),
    ]),
  );
  const unknown = ofMachine(name).flatMap((expression) =>
    [...body(expression).matchAll(/\$(\w+)(?![\w(])/g)].flatMap(([, variable]) =>
      variable === 'states' || assigned.has(variable!) ? [] : [`${expression.at}: $${variable}`],
    ),
  );
  expect(unknown).toEqual([]);
});

test.each(machineNames)('what %s assigns, it reads', (name) => {
  const text = ofMachine(name).map(body).join('\n');
  const assigned = everyState(machine(name)).flatMap(([, { Assign = {} }]) => Object.keys(Assign));
  expect(assigned.filter((variable) => !new RegExp(`\\$${variable}\\b`).test(text))).toEqual([]);
});
