import { type Integration, type Json, type JsonObject, TaskFailure } from '../../../lib/local/engine/engine.ts';
import { differences } from '../../../lib/local/recordings/compare.ts';
import { asRecorded } from '../../../lib/local/recordings/own-history.ts';
import { settle } from './fake-clock.ts';
import { caseNamed, findRecordings } from './recordings.ts';
import { Stage } from './stage.ts';

/**
 * Machines that AWS ran in JSONPath, said again in JSONata: what flows through them differs, but which events follow on
 * which does not depend on the language. So the shape of the history is compared: ids, links, types, names, errors.
 */
interface Translation {
  readonly recorded: string;
  readonly states: Readonly<Record<string, object>>;
  readonly input?: Json;
  /** How a task is answered by token; absent: never, and time goes on. */
  readonly answer?: (stage: Stage, taskToken: string) => void;
  /** Another machine that is there. */
  readonly child?: Readonly<Record<string, object>>;
  /** The text of the object that an ItemReader reads. */
  readonly object?: string;
  /** Every task fails as Lambda tells it. */
  readonly fails?: boolean;
}

const SEND = 'arn:aws:states:::sqs:sendMessage.waitForTaskToken';
const INVOKE = 'arn:aws:states:::lambda:invoke';
const token = '{% $states.context.Task.Token %}';
const pass = (name: string) => ({ [name]: { Type: 'Pass', End: true } });
const send = { Type: 'Task', Resource: SEND, Arguments: token, End: true };
const each = (StartAt: string, States: object, more: object = {}) => ({
  Type: 'Map',
  MaxConcurrency: 1,
  ItemProcessor: { StartAt, States },
  End: true,
  ...more,
});
const catchAll = [
  { ErrorEquals: ['States.Runtime'], Next: 'CaughtRuntimeError' },
  { ErrorEquals: ['States.ALL'], Next: 'CaughtStatesALL' },
];
const apart = (items: Json | undefined, more: object = {}) => ({
  Type: 'Map',
  MaxConcurrency: 1,
  ...(items !== undefined && { Items: items }),
  ItemProcessor: {
    ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
    StartAt: 'Item',
    States: pass('Item'),
  },
  End: true,
  ...more,
});
const GET = 'arn:aws:states:::s3:getObject';
const reader = (more: object = {}) => ({
  ItemReader: { Resource: GET, Arguments: '{% $states.input %}', ReaderConfig: { InputType: 'JSON', ...more } },
});
const caught = { ...pass('CaughtRuntimeError'), ...pass('CaughtStatesALL') };
const list = (items: Json[], Next: string) => ({ Type: 'Pass', Output: items, Next });

const translations: Translation[] = [
  {
    recorded:
      'callback/test_callback/test_sqs_failure_in_wait_for_task_tok_no_error_field[SQS_WAIT_FOR_TASK_TOKEN_CATCH]',
    states: { SendMessageWithWait: { ...send, Catch: catchAll }, ...caught },
    answer: ({ engine }, taskToken) => engine.sendTaskFailure({ taskToken }),
  },
  {
    recorded:
      'callback/test_callback/test_sqs_failure_in_wait_for_task_tok_no_error_field[SQS_PARALLEL_WAIT_FOR_TASK_TOKEN]',
    states: {
      ParallelJob: {
        Type: 'Parallel',
        Branches: [{ StartAt: 'SendMessageWithWait', States: { SendMessageWithWait: send } }],
        Catch: catchAll,
        End: true,
      },
      ...caught,
    },
    answer: ({ engine }, taskToken) => engine.sendTaskFailure({ taskToken }),
  },
  {
    recorded: 'callback/test_callback/test_sqs_wait_for_task_token_call_chain',
    states: { State1: { ...send, End: undefined, Next: 'State2' }, State2: send },
    answer: ({ engine }, taskToken) => engine.sendTaskSuccess({ taskToken, output: '"HelloWorld"' }),
  },
  {
    recorded: 'callback/test_callback/test_sqs_wait_for_task_token_no_token_parameter',
    states: { State1: { ...send, TimeoutSeconds: 5 } },
  },
  {
    recorded: 'timeouts/test_heartbeats/test_heartbeat_no_timeout',
    states: { SendMessageWithWait: { ...send, HeartbeatSeconds: 5 } },
  },
  {
    recorded: 'timeouts/test_timeouts/test_fixed_timeout_service_lambda',
    states: { Start: { Type: 'Task', Resource: INVOKE, TimeoutSeconds: 5, End: true } },
  },
  {
    recorded: 'error_handling/test_task_service_lambda/test_invoke_timeout',
    states: {
      Start: {
        Type: 'Task',
        Resource: INVOKE,
        TimeoutSeconds: 5,
        Catch: [{ ErrorEquals: ['States.Timeout'], Next: 'EndWithHandler' }],
        End: true,
      },
      ...pass('EndWithHandler'),
    },
  },
  {
    recorded: 'callback/test_callback/test_start_execution_sync2',
    states: {
      StartExecution: {
        Type: 'Task',
        Resource: 'arn:aws:states:::states:startExecution.sync:2',
        Arguments: { StateMachineArn: 'arn:aws:states:us-east-1:111111111111:stateMachine:child' },
        End: true,
      },
    },
    child: pass('Done'),
  },
  {
    recorded: 'scenarios/test_base_scenarios/test_map_state_break_condition',
    states: {
      StartState: list([1, 'Hello', {}, 3.3, 3, 4, 5], 'MapState'),
      MapState: each('Equals3', {
        Equals3: {
          Type: 'Choice',
          Choices: [{ Condition: '{% $states.input = 3 %}', Next: 'Break' }],
          Default: 'Pass',
        },
        Break: { Type: 'Fail', Error: 'SomeFailure', Cause: "This state machines raises a 'SomeFailure' failure." },
        ...pass('Pass'),
      }),
    },
  },
  {
    recorded: 'scenarios/test_base_scenarios/test_map_state_catch_empty_fail',
    states: {
      StartState: list([1], 'MapState'),
      MapState: each(
        'HandleItemFail',
        { HandleItemFail: { Type: 'Fail' } },
        { Catch: [{ ErrorEquals: ['Internal Error'], Next: 'Caught' }] },
      ),
      ...pass('Caught'),
    },
  },
  {
    recorded: 'scenarios/test_base_scenarios/test_map_state_retry_multiple_retriers',
    states: {
      StartState: list([1], 'MapState'),
      MapState: each(
        'HandleItemFail',
        { HandleItemFail: { Type: 'Fail', Error: 'HandleItemFailError', Cause: 'HandleItemFailCause' } },
        { Retry: [{ ErrorEquals: ['NoSuchError'] }, { ErrorEquals: ['States.ALL'], MaxAttempts: 3 }] },
      ),
    },
  },
  {
    recorded: 'scenarios/test_base_scenarios/test_map_state_nested',
    states: { MapL1: each('MapL2', { MapL2: each('MapL2Pass', pass('MapL2Pass')) }) },
    input: [
      [1, 2, 3],
      [4, 5, 6],
    ],
  },
  {
    recorded:
      'assign/test_assign_reference_variables/test_reference_in_map_state[MAP_STATE_REFERENCE_IN_TOLERATED_FAILURE_PATH]',
    states: {
      Start: { Type: 'Pass', Assign: { count: 1 }, Output: [1, 2, 3], Next: 'MapState' },
      MapState: apart('{% $states.input %}', { ToleratedFailureCount: '{% $count %}' }),
    },
  },
  {
    recorded:
      'assign/test_assign_reference_variables/test_reference_in_map_state_max_items_path[MAP_STATE_REFERENCE_IN_MAX_ITEMS_PATH]',
    states: {
      Start: { Type: 'Pass', Assign: { most: 2 }, Next: 'MapState' },
      MapState: apart(undefined, reader({ MaxItems: '{% $most %}' })),
    },
    object: '[1,2,3]',
  },
  {
    recorded: 'scenarios/test_base_scenarios/test_map_item_reader_json_no_json_list_object',
    states: { MapState: apart(undefined, reader()) },
    object: '{"Hello":"world"}',
  },
  {
    recorded: 'scenarios/test_base_scenarios/test_map_state_tolerated_failure_count_path[-1]',
    states: { MapState: apart([0], { ToleratedFailureCount: '{% -1 %}' }) },
  },
  {
    recorded: 'scenarios/test_base_scenarios/test_map_state_tolerated_failure_percentage_path[-1.1]',
    states: { MapState: apart([0], { ToleratedFailurePercentage: '{% -1.1 %}' }) },
  },
  {
    recorded: 'error_handling/test_task_lambda/test_raise_exception',
    states: { Start: { Type: 'Task', Resource: 'arn:aws:lambda:us-east-1:111111111111:function:function', End: true } },
    fails: true,
  },
  {
    recorded: 'error_handling/test_states_errors/test_start_large_input',
    states: { State_1: { Type: 'Pass', Output: "{% $pad('', 262145) %}", End: true } },
  },
];

const pack = findRecordings();

if (pack === undefined) {
  test.skip('recorded shapes: skipped, PASSAGE_DATA names no folder with step-functions-recordings', () => {});
} else {
  describe('the history has the recorded shape', () => {
    let stage: Stage;
    afterEach(() => stage.close());

    test.each(translations.map((translation) => [translation.recorded, translation] as const))('%s', async (_, o) => {
      const handOver: Integration = async (call) => {
        stage.tokens.push(call.token ?? '');
        return {};
      };
      const { expected, validatedOnAws } = caseNamed(pack, o.recorded);
      const raise: Integration = async () => {
        throw new TaskFailure('Exception', JSON.stringify(expected.cause));
      };
      const get: Integration = async () => ({ Body: o.object ?? '' });
      stage = new Stage({
        integrations: { [SEND]: handOver, [GET]: get },
        ...(o.fails && { anyResource: raise }),
        ...(validatedOnAws && { asOf: Date.parse(validatedOnAws) }),
      });
      stage.lambda = () => new Promise(() => {});
      if (o.child) stage.create('child', o.child);
      const arn = stage.start(o.states, o.input ?? {});
      for (let answered = 0; o.answer; answered++) {
        await settle();
        const taskToken = stage.tokens[answered];
        if (taskToken === undefined) break;
        o.answer(stage, taskToken);
      }
      await stage.clock.advance(60);
      expect(stage.engine.describeExecution(arn).status).not.toBe('RUNNING');
      const events = stage.engine
        .getExecutionHistory(arn)
        .map((event) => shapeOf(asRecorded(event as unknown as JsonObject)));
      const recorded = expected.events ?? [];
      expect(recorded.length).toBeGreaterThan(2);
      expect(differences(recorded.map(shapeOf), events, 'events')).toEqual([]);
    });
  });
}

/** What of an event does not depend on the query language. */
function shapeOf(event: Json): Json {
  const { id, previousEventId, type, ...rest } = event as JsonObject;
  const details = (Object.values(rest)[0] ?? {}) as JsonObject;
  const kept = ['name', 'index', 'length', 'error', 'cause', 'resource', 'resourceType'];
  const numbers = ['timeoutInSeconds', 'heartbeatInSeconds'];
  return {
    id: id ?? null,
    previousEventId: previousEventId ?? null,
    type: type ?? null,
    ...Object.fromEntries(Object.entries(details).filter(([name]) => [...kept, ...numbers].includes(name))),
  };
}
