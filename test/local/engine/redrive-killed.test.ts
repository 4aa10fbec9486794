import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEngine, TaskFailure } from '../../../lib/local/engine/engine.ts';
import { FakeClock, settle } from './fake-clock.ts';
import { LAMBDA, ROLE } from './stage.ts';

const call = (more: object = {}) => ({ Type: 'Task', Resource: LAMBDA, ...more });

test('a redrive that is killed at any event comes to the same end', async () => {
  // A call whose answer was lost fails by its own name: tried again, as the account's definitions do.
  const Retry = [{ ErrorEquals: ['Lambda.SdkClientException'] }];
  const map = (name: string, processor: object) => ({
    StartAt: name,
    States: {
      [name]: {
        Type: 'Map',
        Items: [1, 2, 3],
        ItemProcessor: {
          StartAt: `Do ${name}`,
          States: { [`Do ${name}`]: call({ Arguments: '{% $states.input %}', Retry, End: true }) },
          ...processor,
        },
        End: true,
      },
    },
  });
  const distributed = { ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' } };
  const Branches = [map('inline', {}), map('distributed', distributed)];
  const states = {
    Both: { Type: 'Parallel', Branches, Next: 'Last' },
    Last: call({ Arguments: 'last', Retry, End: true }),
  };
  const definition = JSON.stringify({ QueryLanguage: 'JSONata', StartAt: 'Both', States: states });

  /** Redrives an execution in which an item failed, with the engine killed at an event of that. */
  async function redriven(killAt: number): Promise<{ status: string; output: string | undefined; killed: boolean }> {
    const directory = mkdtempSync(join(tmpdir(), 'redrive-'));
    const clock = new FakeClock();
    clock.leaping = true;
    let failing = true;
    let events = Number.NEGATIVE_INFINITY;
    const open = () => {
      const engine = createEngine({
        directory,
        clock,
        region: 'us-east-1',
        accountId: '111111111111',
        timeoutsRequired: false,
        integrations: {
          [LAMBDA]: async ({ arguments: given }) => {
            if (failing && given === 2) throw new TaskFailure('Bad', '');
            return given;
          },
        },
        onEvent: () => {
          events++;
          if (events === killAt) engine.close();
        },
      });
      engine.createStateMachine({ name: 'machine', definition, roleArn: ROLE });
      return engine;
    };
    const first = open();
    try {
      const { executionArn } = first.startExecution({
        stateMachineArn: 'arn:aws:states:us-east-1:111111111111:stateMachine:machine',
      });
      await first.whenEnded(executionArn);
      failing = false;
      events = 0;
      await clock.advance(1);
      first.redriveExecution({ executionArn });
      while (events < killAt && first.describeExecution(executionArn).status === 'RUNNING') await settle();
      const killed = events >= killAt;
      first.close();
      const second = open();
      second.resume();
      const { status, output } = await second.whenEnded(executionArn);
      second.close();
      return { status, output, killed };
    } finally {
      first.close();
      rmSync(directory, { recursive: true, force: true });
    }
  }

  const output = JSON.stringify('last');
  for (let at = 1; ; at++) {
    const { killed, ...seen } = await redriven(at);
    if (!killed) break;
    expect({ at, ...seen }).toEqual({ at, status: 'SUCCEEDED', output });
  }
});
