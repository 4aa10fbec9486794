import { join } from 'node:path';
import { TaskFailure } from '../../../lib/local/engine/engine.ts';
import { type Branch, emptyState } from '../../../lib/local/engine/execution-state.ts';
import { fold } from '../../../lib/local/engine/fold.ts';
import { historyRecords } from '../../../lib/local/engine/history.ts';
import { loadMachine } from '../../../lib/local/engine/load.ts';
import { settle } from './fake-clock.ts';
import { CALLBACK, LAMBDA, Stage } from './stage.ts';

let stage: Stage;
beforeEach(() => {
  stage = new Stage();
});
afterEach(() => stage.close());

const branch = (name: string, state: object) => ({ StartAt: name, States: { [name]: state } });
const ask = { Type: 'Task', Resource: CALLBACK, Arguments: '{% $states.context.Task.Token %}', End: true };

test('the history alone tells where a running execution stands', async () => {
  stage.lambda = async ({ arguments: n }) => {
    if (n === 'fails') throw new TaskFailure('Busy', '');
    return n;
  };
  const states = {
    Set: { Type: 'Pass', Assign: { v: { deep: [1] } }, Next: 'Both' },
    Both: {
      Type: 'Parallel',
      Arguments: { list: ['a', 'b'] },
      Branches: [
        branch('All', {
          Type: 'Map',
          Items: '{% $states.input.list %}',
          ItemSelector: { item: '{% $states.context.Map.Item.Value %}' },
          ItemProcessor: branch('Ask', ask),
          End: true,
        }),
        {
          StartAt: 'Prepare',
          States: {
            Prepare: { Type: 'Pass', Assign: { w: 2 }, Output: 'fails', Next: 'Retrying' },
            Retrying: {
              Type: 'Task',
              Resource: LAMBDA,
              Arguments: '{% $states.input %}',
              Retry: [{ ErrorEquals: ['None'] }, { ErrorEquals: ['Busy'], IntervalSeconds: 10 }],
              End: true,
            },
          },
        },
      ],
      End: true,
    },
  };
  const { definition } = stage.create('machine', states);
  stage.start(states, { n: 1 }, { name: 'run' });
  await stage.clock.advance(15);
  stage.engine.sendTaskSuccess({ taskToken: stage.tokens[0] ?? '', output: '"first"' });
  await settle();

  const machine = loadMachine(definition, {
    resources: new Set([LAMBDA, CALLBACK]),
    timeoutsRequired: false,
  });
  const state = fold(machine, historyRecords(join(stage.directory, 'executions/machine/run.jsonl')));
  expect(state.status).toBe('RUNNING');
  const at = (name: string): Branch => {
    const found = [...state.branches.values()].filter(({ visit }) => visit?.name === name);
    expect(found).toHaveLength(1);
    return found[0] as Branch;
  };
  expect(at('Both').variables).toEqual({ v: { deep: [1] } });
  expect(at('All').visit).toMatchObject({ input: { list: ['a', 'b'] }, fork: { items: ['a', 'b'] } });
  expect(at('All').visit?.fork?.children.map(({ output }) => output)).toEqual(['first', undefined]);
  expect(at('Ask')).toMatchObject({ item: { Index: 1, Value: 'b' }, visit: { input: { item: 'b' } } });
  expect(at('Ask').visit?.token).toBe(stage.tokens[1]);
  expect(at('Retrying').variables).toEqual({ w: 2 });
  expect(at('Retrying').visit).toMatchObject({ input: 'fails', retries: [0, 1], failure: { error: 'Busy' } });
});

test('an execution without events is empty', () => {
  expect(fold({ StartAt: 'A', States: {} }, [])).toEqual(emptyState());
});
