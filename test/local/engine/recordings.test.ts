import { type Integration, type Json, TaskFailure } from '../../../lib/local/engine/engine.ts';
import {
  type Answer,
  asRecorded,
  differences,
  findRecordings,
  jsonataExecutions,
  type RecordedCase,
  readCase,
} from './recordings.ts';
import { ROLE, Stage } from './stage.ts';

/** The engine against executions of JSONata machines that were recorded on AWS. */
const pack = findRecordings();
const rows = pack === undefined ? [] : jsonataExecutions(pack);

/** Cases that are left out, by what they need, and why. */
const leftOut: Readonly<Record<string, string>> = {
  'lambda-resource':
    'a Task whose Resource is a function ARN has LambdaFunction… events; the machines here use lambda:invoke',
};

const played = rows.filter(({ features }) => !features.some((feature) => feature in leftOut));
const omitted = rows.filter((row) => !played.includes(row));

if (pack === undefined) {
  test.skip('recordings: skipped, PASSAGE_DATA names no folder with step-functions-recordings', () => {});
} else {
  test('every JSONata recording is played or left out for a stated reason', () => {
    expect(omitted.map(({ features }) => features.filter((feature) => feature in leftOut))).not.toContainEqual([]);
    expect({ played: played.length, leftOut: omitted.length }).toEqual({ played: 72, leftOut: 3 });
  });

  describe('as recorded on AWS', () => {
    let stage: Stage;
    afterEach(() => stage.close());

    test.each(played.map((row) => [row.name, row] as const))('%s', async (_, row) => {
      const recorded = readCase(pack, row);
      stage = new Stage({ integrations: integrationsOf(recorded) });
      const { definition, expected } = recorded;
      const { stateMachineArn } = stage.engine.createStateMachine({
        name: 'machine',
        definition: JSON.stringify(definition),
        roleArn: ROLE,
      });
      stage.clock.leaping = true;
      const { executionArn } = stage.engine.startExecution({
        stateMachineArn,
        name: 'execution',
        input: JSON.stringify(recorded.input),
      });
      const end = await stage.engine.whenEnded(executionArn);
      const { status, output, error, cause } = end;
      const result = { status, error, cause, ...(output !== undefined && { output: JSON.parse(output) as Json }) };
      const events = stage.engine.getExecutionHistory(executionArn).map(asRecorded);
      for (const member of ['status', 'output', 'error', 'cause'] as const) {
        expect(differences(expected[member], result[member], member)).toEqual([]);
      }
      if (expected.events) {
        expect(expected.eventOrder).toBe('exact');
        expect(differences([...expected.events], events, 'events')).toEqual([]);
      }
    });
  });
}

/** Integrations that answer as recorded, for every Resource of the machine. */
function integrationsOf({ definition, tasks = {} }: RecordedCase): Record<string, Integration> {
  const left = new Map(Object.entries(tasks).map(([state, answers]) => [state, [...answers]]));
  const integration: Integration = async (call) => {
    const answer = left.get(call.stateName)?.shift();
    if (!answer) throw new Error(`no recorded answer is left for "${call.stateName}"`);
    return give(answer, call.submitted);
  };
  const resources = Object.values(definition.States).flatMap(({ Resource }) => (Resource ? [String(Resource)] : []));
  return Object.fromEntries(resources.map((resource) => [resource, integration]));
}

function give(answer: Answer, submitted: (output: Json) => void): Promise<Json> {
  if (answer.submitted !== undefined) submitted(answer.submitted);
  if (answer.timesOut) return new Promise(() => {});
  if (answer.fails) {
    const { error = '', cause = '' } = answer.fails;
    throw new TaskFailure(error, typeof cause === 'string' ? cause : JSON.stringify(cause));
  }
  return Promise.resolve(answer.returns ?? null);
}
