import type { State } from '../definition.ts';
import { isObject, type Json } from '../json.ts';
import { checkApiShape } from './api-shape.ts';
import { invalid, jsonOf, type TestStateRequest } from './request.ts';

/** The mocked result, checked against the state and the API that it stands for; undefined when an error is mocked. */
export async function mockedResult(
  state: State,
  { mock, stateConfiguration }: TestStateRequest,
): Promise<Json | undefined> {
  if (mock?.result === undefined) return undefined;
  const result = jsonOf(mock.result, 'Mocked result must be valid JSON');
  if (state.Type === 'Parallel') {
    if (!Array.isArray(result)) throw invalid('Mocked result must be an array.');
    if (result.length !== state.Branches.length) {
      throw invalid('Mocked result must contain the same number of items as number of Parallel branches.');
    }
  }
  if (state.Type === 'Map') {
    const exported = state.ResultWriter?.Resource !== undefined;
    if (exported && !isObject(result)) throw invalid('Mocked result must be a JSON object.');
    if (!exported && !Array.isArray(result)) throw invalid('Mocked result must be an array.');
    if (Array.isArray(result)) checkFailureCount(stateConfiguration?.mapIterationFailureCount, result.length);
  }
  if (state.Type === 'Task') await checkApiShape(state.Resource, result, mock.fieldValidationMode ?? 'STRICT');
  return result;
}

export function checkFailureCount(failures: number | undefined, iterations: number): void {
  if ((failures ?? 0) <= iterations) return;
  throw invalid('Map iteration failure count must be less than or equal to the number of Map iterations');
}
