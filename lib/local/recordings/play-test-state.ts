import type { Json, JsonObject } from '../engine/engine.ts';
import { isObject } from '../engine/json.ts';
import type { TestStateRequest } from '../engine/test-state/request.ts';
import { AwsError } from '../wire/endpoint.ts';
import { type RecordedCase, roleArn } from './case.ts';
import { differences } from './compare.ts';
import { withEngine } from './play-execution.ts';

/** Asks what was asked of TestState on AWS. Returns where the answer is another. */
export function playTestState(recorded: RecordedCase): Promise<string[]> {
  return withEngine(withAnswer(recorded), async (engine) => {
    try {
      const answer = await engine.testState(requestOf(recorded));
      return differences(recorded.expected as Json, parsed(answer as unknown as JsonObject), 'answer');
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      const refused = { error: { code: error.code, message: error.message } };
      return differences(recorded.expected as Json, refused, 'answer');
    }
  });
}

/** A task that was really called: what it returned stands in what was inspected. */
function withAnswer(recorded: RecordedCase): RecordedCase {
  const { inspectionData } = recorded.expected;
  const result = isObject(inspectionData) ? inspectionData.result : undefined;
  if (recorded.request?.mock !== undefined || recorded.tasks || result === undefined) return recorded;
  return { ...recorded, tasks: { '*': [{ returns: result }] } };
}

/** The recordings leave the role out: that there was none can be seen in the answer. */
const hadNoRole = (expected: RecordedCase['expected']): boolean =>
  /"RoleArn":null|RoleArn must be specified/.test(JSON.stringify(expected));

/** What was asked; the recordings show the context as an object. */
function requestOf({ definition, definitionText, input, request = {}, expected }: RecordedCase): TestStateRequest {
  const { mock, context, ...rest } = request;
  const { resultIsJsonText: _, ...given } = isObject(mock) ? mock : {};
  return {
    ...rest,
    ...(!hadNoRole(expected) && { roleArn }),
    definition: definitionText ?? JSON.stringify(definition),
    ...(input !== undefined && { input: JSON.stringify(input) }),
    ...(mock !== undefined && { mock: given }),
    ...(context !== undefined && { context: typeof context === 'string' ? context : JSON.stringify(context) }),
  };
}

/** An answer as recordings show it: what is JSON text in it, parsed. */
function parsed({ output, inspectionData, ...rest }: JsonObject): JsonObject {
  const json = (value: Json) => (typeof value === 'string' ? (JSON.parse(value) as Json) : value);
  return {
    ...rest,
    ...(output !== undefined && { output: json(output) }),
    ...(isObject(inspectionData) && {
      inspectionData: Object.fromEntries(Object.entries(inspectionData).map(([name, value]) => [name, json(value)])),
    }),
  };
}
