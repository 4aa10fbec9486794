import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Json, TaskFailure } from '../../../lib/local/engine/engine.ts';
import { FakeClock, settle } from './fake-clock.ts';
import { type Kill, Mortal } from './killed.ts';
import { CALLBACK, LAMBDA, ROLE } from './stage.ts';

/** What stands for any other service: called with a token it answers by it, else at once. */
const SERVICE = 'arn:aws:states:::ecs:runTask.waitForTaskToken';
const arn = (name: string) => `arn:aws:states:us-east-1:111111111111:stateMachine:${name}`;
const token = '{% $states.context.Task.Token %}';

const again = [{ ErrorEquals: ['Lambda.SdkClientException'], IntervalSeconds: 1 }];
const call = (given: Json, more: object = {}) => ({
  Type: 'Task',
  Resource: LAMBDA,
  Arguments: given,
  Retry: again,
  End: true,
  ...more,
});
const ask = (more: object = {}) => ({
  Type: 'Task',
  Resource: CALLBACK,
  Arguments: { token },
  TimeoutSeconds: 600,
  HeartbeatSeconds: 100,
  Retry: again,
  End: true,
  ...more,
});
const nested = (name: string, input: Json, more: object = {}) => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::states:startExecution.sync:2',
  Arguments: { StateMachineArn: arn(name), Input: input },
  Output: '{% $states.result.Output %}',
  End: true,
  ...more,
});
/** Names of states are unique in a machine, however deep they stand. */
let states = 0;
const one = (state: object) => chain(state);
const chain = (...line: object[]) => {
  const first = states;
  states += line.length;
  return {
    StartAt: `S${first}`,
    States: Object.fromEntries(
      line.map((state, index) => [
        `S${first + index}`,
        index + 1 < line.length ? { ...state, End: undefined, Next: `S${first + index + 1}` } : state,
      ]),
    ),
  };
};

/** The first call fails. */
const flaky = call(
  { flaky: '{% $states.context.State.RetryCount %}' },
  { Retry: [{ ErrorEquals: ['Busy'], IntervalSeconds: 20 }, ...again] },
);
const failing = call(
  { fails: 'Broken' },
  { Retry: [{ ErrorEquals: ['Broken'], MaxAttempts: 2, IntervalSeconds: 5 }, ...again] },
);
const caught = {
  Catch: [{ ErrorEquals: ['States.ALL'], Output: { caught: '{% $states.errorOutput.Error %}' }, Next: 'After' }],
};
const ending = (state: object) => ({ StartAt: 'First', States: { First: state, After: { Type: 'Succeed' } } });

const child = chain({ Type: 'Wait', Seconds: 30 }, call('{% $states.input %}'));
const items = (more: object = {}) => ({
  Type: 'Map',
  Items: [1, 2, 3, 4],
  MaxConcurrency: 2,
  ItemProcessor: one(call('{% $states.input * 10 %}')),
  End: true,
  ...more,
});
const distributed = items({
  ItemProcessor: {
    ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
    ...one(call('{% $states.input * 10 %}')),
  },
});

const scenarios: Record<string, object> = {
  'a task that is tried again after a while': one(flaky),
  'a task whose tries are used up': one(failing),
  'a choice, variables and waits': {
    StartAt: 'Set',
    States: {
      Set: { Type: 'Pass', Assign: { v: { deep: [1] } }, Next: 'Which' },
      Which: { Type: 'Choice', Choices: [{ Condition: '{% $v.deep = 1 %}', Next: 'Wait' }], Default: 'Never' },
      Never: { Type: 'Fail', Error: 'Never' },
      Wait: { Type: 'Wait', Seconds: 60, Next: 'Until' },
      Until: { Type: 'Wait', Timestamp: '2026-03-01T10:05:00Z', Next: 'Done' },
      Done: { Type: 'Succeed', Output: '{% $v %}' },
    },
  },
  'an answer by a token': one(ask()),
  'an answer that never comes, caught': ending(ask({ HeartbeatSeconds: 40, Arguments: { silent: token }, ...caught })),
  'a heartbeat that is missed, caught by its own name': ending(
    ask({
      Resource: SERVICE,
      HeartbeatSeconds: 40,
      Arguments: { silent: token },
      Catch: [{ ErrorEquals: ['States.HeartbeatTimeout'], Output: 'no heartbeat', Next: 'After' }],
    }),
  ),
  'work handed to a service that is asked again': one(ask({ Resource: SERVICE, Retry: undefined })),
  'an execution inside': one(nested('child', 7)),
  'an execution inside that fails, caught': ending(nested('broken', 7, caught)),
  'an execution inside that is too slow': ending(nested('slow', 7, { TimeoutSeconds: 50, ...caught })),
  'branches side by side': one({
    Type: 'Parallel',
    Branches: [one(ask()), one(flaky), one(nested('child', 1)), one(items())],
    End: true,
  }),
  'a branch that stops the others, tried again and caught': ending({
    Type: 'Parallel',
    Branches: [
      chain({ Type: 'Wait', Seconds: 10 }, { Type: 'Fail', Error: 'Stop', Cause: 'now' }),
      one(ask()),
      one({ Type: 'Map', Items: [1, 2], ItemProcessor: one({ Type: 'Wait', Seconds: 100, End: true }), End: true }),
      one(nested('slow', 1)),
    ],
    Retry: [{ ErrorEquals: ['Stop'], MaxAttempts: 1, IntervalSeconds: 15 }],
    End: true,
    ...caught,
  }),
  'items, two at a time': one(items()),
  'an item that stops the others, caught': ending(
    items({
      MaxConcurrency: 3,
      ItemProcessor: one(call({ fails: "{% $states.input = 2 ? 'Broken' : 'nothing' %}" })),
      ...caught,
    }),
  ),
  'a map whose items are executions': one(distributed),
  'a map whose items are executions, one of which fails': ending({
    ...distributed,
    ItemProcessor: { ...distributed.ItemProcessor, ...one(call({ fails: 'Broken' })) },
    ...caught,
  }),
  'an expression that fails, tried again and caught': ending({
    Type: 'Parallel',
    Arguments: '{% $nothing %}',
    Branches: [one({ Type: 'Succeed' })],
    Retry: [{ ErrorEquals: ['States.QueryEvaluationError'], MaxAttempts: 2, IntervalSeconds: 5 }],
    Catch: [{ ErrorEquals: ['States.ALL'], Output: '{% $states.context.State.RetryCount %}', Next: 'After' }],
    End: true,
  }),
  'an expression that fails in a catcher': ending({
    Type: 'Parallel',
    Branches: [one({ Type: 'Fail', Error: 'Stop' })],
    Catch: [
      { ErrorEquals: ['Stop'], Output: '{% $nothing %}', Next: 'After' },
      { ErrorEquals: ['States.ALL'], Output: 'not this one', Next: 'After' },
    ],
    End: true,
  }),
  'an execution that is open too long': { TimeoutSeconds: 25, ...one(nested('slow', 1)) },
  'an execution inside of one that is open too long': { TimeoutSeconds: 25, ...one(nested('between', 1)) },
  'items that are executions, and wait for others too long': {
    TimeoutSeconds: 25,
    ...one({
      ...distributed,
      ItemProcessor: { ...distributed.ItemProcessor, ...one(nested('slow', '{% $states.input %}')) },
    }),
  },
};

/** Whatever can be seen of an execution that does not depend on when it happened. */
async function play(definition: object, kill?: Kill) {
  const directory = mkdtempSync(join(tmpdir(), 'durable-'));
  const clock = new FakeClock();
  clock.leaping = true;
  const others: Promise<void>[] = [];
  const handed = new Set<string>();
  const handOver = async ({ arguments: given, token: taskToken = '' }: { arguments: Json; token?: string }) => {
    if (JSON.stringify(given).includes('silent') || handed.has(taskToken)) return {};
    handed.add(taskToken);
    const answer = () => mortal.engine.sendTaskSuccess({ taskToken, output: '"answered"' });
    others.push(clock.sleep(30_000).then(() => attempt(answer)));
    return {};
  };
  const machine = (name: string, body: object) => ({
    name,
    roleArn: ROLE,
    definition: JSON.stringify({ QueryLanguage: 'JSONata', ...body }),
  });
  const mortal = new Mortal(
    {
      directory,
      clock,
      region: 'us-east-1',
      accountId: '111111111111',
      timeoutsRequired: false,
      integrations: {
        [LAMBDA]: async ({ arguments: given }) => {
          await clock.sleep(1000);
          const { fails, flaky: tried } = (given ?? {}) as { fails?: string; flaky?: number };
          if (fails !== undefined && fails !== 'nothing') throw new TaskFailure(fails, 'played');
          if (tried === 0) throw new TaskFailure('Busy', 'played');
          return tried === undefined ? given : 'at last';
        },
        [CALLBACK]: handOver,
        [SERVICE]: handOver,
      },
    },
    [
      machine('top', definition),
      machine('child', child),
      machine('broken', one({ Type: 'Fail', Error: 'Broken', Cause: 'inside' })),
      machine('between', { TimeoutSeconds: 500, ...one(nested('slow', 1)) }),
      machine('slow', one({ Type: 'Wait', Seconds: 200, End: true })),
    ],
    kill,
  );
  try {
    const { status, output, error, cause } = await mortal.run(arn('top'), 'run', '{"a":1}');
    clock.leaping = false;
    await settle();
    const seen = mortal.engine.listExecutions().map((execution) => {
      const history = mortal.engine.getExecutionHistory(execution.executionArn);
      expect(history.map(({ id }) => id)).toEqual(history.map((_, index) => index + 1));
      expect(endedTwice(history.map(({ type }) => type))).toEqual([]);
      return `${execution.stateMachineArn.split(':').at(-1)} ${execution.status}`;
    });
    return {
      outcome: { status, output, error, cause, seen: seen.sort() },
      breaches: mortal.breaches(),
      wasDue: mortal.due.tasks.size + mortal.due.executions.size > 0,
      events: mortal.events,
    };
  } finally {
    mortal.engine.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

/** What has more ends than beginnings: what fails at its door was never started; with its catcher it fails once more. */
const endedTwice = (types: readonly string[]) =>
  ['MapIteration', 'MapRun', 'MapState', 'ParallelState', 'Task', 'WaitState'].filter((what) => {
    const count = (suffix: RegExp) =>
      types.filter((type) => type.startsWith(what) && suffix.test(type.slice(what.length))).length;
    const again = types.filter((type) => type === 'EvaluationFailed').length;
    return count(/^(Succeeded|Failed|Aborted|TimedOut)$/) > Math.max(count(/^Started$/), count(/^Entered$/)) + again;
  });

const attempt = (answer: () => void) => {
  try {
    answer();
  } catch {
    // Nobody waits any more: that task was given up.
  }
};

describe('killed at any event, the next engine comes to the same end', () => {
  test.each(Object.keys(scenarios))('%s', async (name) => {
    const scenario = scenarios[name] ?? {};
    const undisturbed = await play(scenario);
    for (let at = 1; at <= undisturbed.events; at++) {
      const { outcome, breaches } = await play(scenario, { at, downMs: 0 });
      expect({ at, breaches, ...outcome }).toEqual({ at, breaches: [], ...undisturbed.outcome });
    }
  });
});

// A day is longer than any TimeoutSeconds and Wait above, and shorter than the year that each execution has.
test.each(Object.keys(scenarios))('a day after the kill, what was due has ended and no more: %s', async (name) => {
  const scenario = scenarios[name] ?? {};
  const undisturbed = await play(scenario);
  for (let at = 1; at <= undisturbed.events; at++) {
    const { outcome, breaches, wasDue } = await play(scenario, { at, downMs: 86_400_000 });
    expect({ at, breaches }).toEqual({ at, breaches: [] });
    // Waits that are over end at once, in no order: which of the executions inside were stopped by another's end may differ.
    const { seen } = outcome;
    if (!wasDue) expect({ at, ...outcome }).toEqual({ at, ...undisturbed.outcome, seen });
  }
});
