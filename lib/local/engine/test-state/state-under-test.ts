import { AwsError } from '../../wire/endpoint.ts';
import type { State, StatesBlock } from '../definition.ts';
import { isObject, type Json, type JsonObject } from '../json.ts';
import { DefinitionRefused, loadMachine } from '../load.ts';
import { invalid } from './request.ts';

/** What a state alone is called, in errors and in its context. */
export const STATE_NAME = 'StateName';

const types = ['Task', 'Wait', 'Pass', 'Succeed', 'Fail', 'Choice', 'Parallel', 'Map'];

/** A state, and whether it is one of those that a Map runs for each item. */
export interface Found {
  readonly state: State;
  readonly inMap: boolean;
}

/** The state that is asked for: the definition itself, or the state of that name, however deep in the machine. */
export function stateUnderTest(
  definition: string,
  stateName: string | undefined,
  resources: ReadonlySet<string> | 'any',
): Found {
  const parsed = parse(definition);
  const whole = stateName === undefined ? machineOf(parsed) : parsed;
  const problem = schemaProblem(whole, '');
  if (problem !== undefined) throw refused(`SCHEMA_VALIDATION_FAILED: ${problem}`);
  const rules = { resources, timeoutsRequired: false, alone: stateName === undefined };
  const found = find(load(JSON.stringify(whole), rules), stateName ?? STATE_NAME);
  if (!found) throw invalid('State not found in definition');
  return found;
}

/** A machine of one state. The language that the state names holds for those inside it, too. */
function machineOf(state: Json): JsonObject {
  const language = isObject(state) && state.QueryLanguage !== undefined && { QueryLanguage: state.QueryLanguage };
  return { ...language, StartAt: STATE_NAME, States: { [STATE_NAME]: state } };
}

function load(text: string, rules: Parameters<typeof loadMachine>[1]): StatesBlock {
  try {
    return loadMachine(text, rules);
  } catch (error) {
    if (error instanceof DefinitionRefused) throw refused(error.problems.join('; '));
    throw error;
  }
}

function parse(definition: string): Json {
  try {
    return JSON.parse(definition) as Json;
  } catch (error) {
    throw refused(`INVALID_JSON_DESCRIPTION: ${(error as Error).message}`);
  }
}

const refused = (problem: string): AwsError =>
  new AwsError('InvalidDefinition', 400, `Invalid State Machine Definition: '${problem}'`);

function find({ States }: StatesBlock, name: string, inMap = false): Found | undefined {
  const own = Object.hasOwn(States, name) ? States[name] : undefined;
  if (own) return { state: own, inMap };
  for (const state of Object.values(States)) {
    const blocks = state.Type === 'Map' ? [state.ItemProcessor] : state.Type === 'Parallel' ? state.Branches : [];
    for (const block of blocks) {
      const inner = find(block, name, inMap || state.Type === 'Map');
      if (inner) return inner;
    }
  }
  return undefined;
}

/** The first finding of AWS's schema, in AWS's words, of those that were recorded. */
function schemaProblem(block: Json | undefined, path: string): string | undefined {
  if (!isObject(block) || !isObject(block.States)) return undefined;
  for (const [name, state] of Object.entries(block.States)) {
    const where = `${path}/States/${name}`;
    if (!isObject(state)) continue;
    if (typeof state.Type === 'string' && !types.includes(state.Type)) {
      return `The field 'Type' should have one of these values: [${types.join(', ')}] at ${where}/Type`;
    }
    const branches = Array.isArray(state.Branches) ? state.Branches : undefined;
    if (branches?.length === 0) return `Value cannot be empty at ${where}/Branches`;
    const parts: [Json | undefined, string][] = (branches ?? []).map((part, at) => [part, `${where}/Branches[${at}]`]);
    for (const [part, at] of [...parts, [state.ItemProcessor, `${where}/ItemProcessor`] as const]) {
      const problem = schemaProblem(part, at);
      if (problem !== undefined) return problem;
    }
  }
  return undefined;
}
