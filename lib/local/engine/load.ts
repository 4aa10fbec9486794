import type { z } from 'zod';
import {
  isDistributed,
  type Machine,
  type MapState,
  machineSchema,
  type State,
  type StatesBlock,
} from './definition.ts';
import { expressionIn, parse } from './expressions.ts';
import { readerResources } from './item-reader.ts';
import { isObject, type Json } from './json.ts';
import { writerResource } from './result-writer.ts';

/** A definition that the engine refuses to run; `problems` has one line for each finding. */
export class DefinitionRefused extends Error {
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(`The state machine is refused:\n${problems.map((problem) => `- ${problem}`).join('\n')}`);
    this.problems = problems;
  }
}

export interface LoadRules {
  /** Every `Resource` that has an integration; `any` where all are accepted. */
  readonly resources: ReadonlySet<string> | 'any';
  /** Whether each Task needs a TimeoutSeconds: AWS's default of 99,999,999 s lets a forgotten task hang for years. */
  readonly timeoutsRequired: boolean;
  /** A state alone: where it leads to is not in the definition. */
  readonly alone?: boolean;
}

/** Machines that were read, the oldest first: an engine that opens again, and each execution that goes on, asks for the same. */
const read = new Map<string, Machine>();
/** Several times what one account has. */
const MOST_KEPT = 100;

/** Reads a definition (ASL text, placeholders already replaced). Throws `DefinitionRefused` naming each state and field. */
export function loadMachine(text: string, rules: LoadRules): Machine {
  const resources = rules.resources === 'any' ? 'any' : [...rules.resources].join(' ');
  const key = [rules.timeoutsRequired, rules.alone ?? false, resources, text].join('\n');
  const known = read.get(key);
  if (known) return known;
  const machine = readMachine(text, rules);
  for (const oldest of read.keys()) {
    if (read.size < MOST_KEPT) break;
    read.delete(oldest);
  }
  read.set(key, machine);
  return machine;
}

function readMachine(text: string, rules: LoadRules): Machine {
  const leftovers = [...new Set(text.match(/\$\{[^}]*\}/g))];
  if (leftovers.length > 0) throw new DefinitionRefused(leftovers.map((name) => `${name} was not replaced`));
  const definition = parseText(text);
  const languages = [...languageProblems(definition, false)];
  if (languages.length > 0) throw new DefinitionRefused(languages);
  const result = machineSchema.safeParse(definition);
  if (!result.success) {
    throw new DefinitionRefused(result.error.issues.flatMap((issue) => describe(issue, definition)));
  }
  const machine: Machine = result.data;
  const problems = blockProblems(machine, 'the machine', {
    ...rules,
    top: machine,
    jsonata: result.data.QueryLanguage === 'JSONata',
    names: new Set(),
    outer: new Set(),
  });
  if (problems.length > 0) throw new DefinitionRefused(problems);
  return machine;
}

function parseText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new DefinitionRefused([`not JSON: ${(error as Error).message}`]);
  }
}

/** Said first, and alone: in a state of JSONPath every other field would look wrong too. */
function* languageProblems(block: unknown, jsonata: boolean): Generator<string> {
  if (!isObject(block) || !isObject(block.States)) return;
  if (block.QueryLanguage === 'JSONPath') yield 'the machine: QueryLanguage: only JSONata is run here, not JSONPath';
  for (const [name, state] of Object.entries(block.States)) {
    if (!isObject(state)) continue;
    const language = state.QueryLanguage ?? block.QueryLanguage ?? (jsonata ? 'JSONata' : 'JSONPath');
    if (language === 'JSONPath') yield `state "${name}": QueryLanguage: JSONPath is not run here; say JSONata`;
    const inner = jsonata || block.QueryLanguage === 'JSONata';
    const parts = [state.ItemProcessor, ...(Array.isArray(state.Branches) ? state.Branches : [])];
    for (const part of parts) yield* languageProblems(part, inner);
  }
}

/** What the schema found, in terms of states and fields. */
function describe(issue: z.core.$ZodIssue, definition: unknown): string[] {
  const path = issue.path.map(String);
  const at = path.lastIndexOf('States');
  const name = at >= 0 ? path[at + 1] : undefined;
  const where = name === undefined ? 'the machine' : `state "${name}"`;
  const field = path.slice(name === undefined ? 0 : at + 2).join('.');
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => `${where}: unknown field ${field === '' ? key : `${field}.${key}`}`);
  }
  if (issue.code === 'invalid_union' && field === 'Type') {
    const type = path.reduce<unknown>(
      (value, key) => (value as Record<string, unknown> | undefined)?.[key],
      definition,
    );
    return [`${where}: unknown Type ${JSON.stringify(type)}`];
  }
  return [`${where}: ${field === '' ? '' : `${field}: `}${issue.message}`];
}

interface Context extends LoadRules {
  readonly top: StatesBlock;
  readonly jsonata: boolean;
  /** State names are unique in the whole machine, nested states included. */
  readonly names: Set<string>;
  /** Variables of the blocks around this one: a branch may read them, not assign them. */
  readonly outer: ReadonlySet<string>;
}

function blockProblems(block: StatesBlock, where: string, context: Context): string[] {
  const outer = new Set([...context.outer, ...Object.values(block.States).flatMap(assigned)]);
  const missing = (name: string) => !Object.hasOwn(block.States, name);
  const problems = missing(block.StartAt)
    ? [`${where}: StartAt names the state "${block.StartAt}", which does not exist`]
    : [];
  for (const [name, state] of Object.entries(block.States)) {
    const say = (problem: string) => problems.push(`state "${name}": ${problem}`);
    if (context.names.has(name)) say('another state has the same name');
    context.names.add(name);
    if (name.length > 80) say('the name is longer than 80 characters');
    for (const problem of stateProblems(state, context)) say(problem);
    for (const { field, next } of transitions(state)) {
      if (missing(next) && !(context.alone && block === context.top))
        say(`${field} names the state "${next}", which does not exist`);
    }
    for (const variable of assigned(state)) {
      if (context.outer.has(variable)) say(`Assign: $${variable} belongs to the states around this branch`);
    }
    for (const { where: part, block: inner } of partsOf(state)) {
      // The executions of a distributed Map see nothing of the variables around it.
      const apart = state.Type === 'Map' && isDistributed(state);
      problems.push(
        ...blockProblems(inner, `state "${name}": ${part}`, { ...context, outer: apart ? new Set() : outer }),
      );
    }
  }
  return problems;
}

/** The names of the variables that a state may assign, on any of its exits. */
function assigned(state: State): string[] {
  const rules = [
    state,
    ...('Catch' in state ? (state.Catch ?? []) : []),
    ...(state.Type === 'Choice' ? state.Choices : []),
  ];
  return rules.flatMap((rule) => Object.keys(('Assign' in rule && rule.Assign) || {}));
}

function partsOf(state: State): { where: string; block: StatesBlock }[] {
  if (state.Type === 'Map') return [{ where: 'ItemProcessor', block: state.ItemProcessor }];
  if (state.Type !== 'Parallel') return [];
  return state.Branches.map((block, index) => ({ where: `Branches.${index}`, block }));
}

function* stateProblems(state: State, context: Context): Generator<string> {
  if (!context.jsonata && state.QueryLanguage !== 'JSONata')
    yield 'QueryLanguage: JSONPath is not run here; say JSONata';
  if (state.Type !== 'Choice' && state.Type !== 'Succeed' && state.Type !== 'Fail') {
    if ((state.Next === undefined) === (state.End === undefined)) yield 'needs either Next or End';
  }
  if (state.Type === 'Task') {
    yield* resourceProblems(state.Resource, context);
    if (/:states:[^:]*:[^:]*:activity:/.test(state.Resource)) yield 'Resource: activities are not run here';
    if (context.timeoutsRequired && state.TimeoutSeconds === undefined) yield 'TimeoutSeconds is missing';
    const asked = context.resources !== 'any' && state.Resource.endsWith('.waitForTaskToken');
    if (asked && !usesToken(state.Arguments ?? null)) {
      yield 'Arguments: nobody gets $states.context.Task.Token, so nobody could answer';
    }
  }
  if (state.Type === 'Wait' && (state.Seconds === undefined) === (state.Timestamp === undefined)) {
    yield 'needs either Seconds or Timestamp';
  }
  if (state.Type === 'Map') yield* mapProblems(state, context);
  if ('Retry' in state || 'Catch' in state) yield* recoveryProblems(state);
  yield* expressionProblems(ownFields(state), '', context);
}

function* resourceProblems(resource: string, { resources }: Context): Generator<string> {
  if (resources === 'any' || resources.has(resource)) return;
  yield `Resource: nothing answers ${resource} here; known are ${[...resources].join(', ')}`;
}

function* mapProblems(state: MapState, context: Context): Generator<string> {
  const { ItemReader: reader, ResultWriter: writer } = state;
  for (const field of ['ItemReader', 'ItemBatcher', 'ResultWriter', 'Label'] as const) {
    if (state[field] !== undefined && !isDistributed(state)) yield `${field}: only a distributed Map has one`;
  }
  if (reader && !readerResources.includes(reader.Resource)) {
    yield `ItemReader.Resource: items are read by ${readerResources.join(' or ')}`;
  } else if (reader) {
    for (const problem of resourceProblems(reader.Resource, context)) yield `ItemReader.${problem}`;
  }
  const config = reader?.ReaderConfig;
  if (config?.CSVHeaderLocation === 'GIVEN' && !config.CSVHeaders)
    yield 'ItemReader.ReaderConfig: CSVHeaders is missing';
  if (state.ItemBatcher && !state.ItemBatcher.MaxItemsPerBatch && !state.ItemBatcher.MaxInputBytesPerBatch) {
    yield 'ItemBatcher: needs MaxItemsPerBatch or MaxInputBytesPerBatch';
  }
  if (writer?.Resource === undefined) return;
  if (writer.Resource !== writerResource) yield `ResultWriter.Resource: results are written by ${writerResource}`;
  else for (const problem of resourceProblems(writer.Resource, context)) yield `ResultWriter.${problem}`;
}

function* recoveryProblems(state: { Retry?: { ErrorEquals: string[] }[]; Catch?: { ErrorEquals: string[] }[] }) {
  for (const field of ['Retry', 'Catch'] as const) {
    const rules = state[field] ?? [];
    for (const [index, { ErrorEquals }] of rules.entries()) {
      if (ErrorEquals.includes('States.ALL') && (ErrorEquals.length > 1 || index < rules.length - 1)) {
        yield `${field}.${index}: States.ALL must stand alone and last`;
      }
    }
  }
}

function* transitions(state: State): Generator<{ field: string; next: string }> {
  if ('Next' in state && state.Next !== undefined) yield { field: 'Next', next: state.Next };
  if ('Catch' in state) {
    for (const [index, { Next }] of (state.Catch ?? []).entries()) yield { field: `Catch.${index}.Next`, next: Next };
  }
  if (state.Type !== 'Choice') return;
  for (const [index, { Next }] of state.Choices.entries()) yield { field: `Choices.${index}.Next`, next: Next };
  if (state.Default !== undefined) yield { field: 'Default', next: state.Default };
}

/** A state without the states inside it, which are looked at on their own. */
function ownFields(state: State): Json {
  return Object.fromEntries(
    Object.entries(state).filter(([field]) => !['ItemProcessor', 'Branches', 'Comment'].includes(field)),
  );
}

function* expressionProblems(value: Json, path: string, context: Context): Generator<string> {
  if (typeof value === 'string') {
    const source = expressionIn(value);
    if (source === undefined) return;
    try {
      const tree = parse(source).ast();
      // AWS takes it and fails when it is called.
      if (context.resources !== 'any' && calls(tree, 'eval')) yield `${path}: $eval does not exist; use $parse`;
    } catch (error) {
      yield `${path}: not JSONata: ${(error as Error).message}`;
    }
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, member] of Object.entries(value))
      yield* expressionProblems(member, path === '' ? key : `${path}.${key}`, context);
  }
}

/** Whether a syntax tree mentions a function by name. */
function calls(node: unknown, name: string): boolean {
  if (typeof node !== 'object' || node === null) return false;
  if ('type' in node && node.type === 'variable' && 'value' in node && node.value === name) return true;
  return Object.values(node).some((child) => calls(child, name));
}

const usesToken = (value: Json): boolean => JSON.stringify(value).includes('$states.context');
