import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../lib/local/clock.ts';
import { createEngine, type Engine } from '../lib/local/engine/engine.ts';
import { spread, table } from './figures.ts';
import { ownSeconds } from './processor-time.ts';
import { shareOfRehearsal } from './rehearsal-share.ts';

/** States of a chain, and items of the Map. */
const LENGTH = 1_000;
const CONCURRENCY = 40;
/** Of a machine in one round: alone it takes less time than can be told apart from the collector's. */
const EXECUTIONS = 10;
const LAMBDA = 'arn:aws:states:::lambda:invoke';

type States = Readonly<Record<string, object>>;

/** One state after the other; each is told what follows it. */
const chain = (state: (next: object) => object): States =>
  Object.fromEntries(
    Array.from({ length: LENGTH }, (_, index) => [
      `State ${index}`,
      state(index + 1 < LENGTH ? { Next: `State ${index + 1}` } : { End: true }),
    ]),
  );

const task = (next: object) => ({
  ...{
    Type: 'Task',
    Resource: LAMBDA,
    TimeoutSeconds: 60,
    Arguments: { FunctionName: 'f', Payload: '{% $states.input %}' },
  },
  ...{ Output: '{% $states.result.Payload %}', ...next },
});

/** What is measured: how many states it enters, and its machine. */
const machines: readonly { readonly name: string; readonly entered: number; readonly states: States }[] = [
  {
    name: `${LENGTH} Pass, each with an expression`,
    entered: LENGTH,
    states: chain((next) => ({ Type: 'Pass', Output: '{% { "n": $states.input.n + 1 } %}', ...next })),
  },
  {
    name: `${LENGTH} Choice with two conditions`,
    entered: LENGTH + 1,
    states: {
      ...chain((next) => ({
        Type: 'Choice',
        Choices: [
          { Condition: '{% $states.input.n < 0 %}', Next: 'End' },
          { Condition: '{% $states.input.n = 0 %}', Next: 'Next' in next ? next.Next : 'End' },
        ],
      })),
      End: { Type: 'Succeed' },
    },
  },
  { name: `${LENGTH} Task, answered at once`, entered: LENGTH, states: chain(task) },
  {
    name: `Map of ${LENGTH} items, ${CONCURRENCY} at a time, a Task each`,
    entered: LENGTH + 1,
    states: {
      Map: {
        ...{ Type: 'Map', Items: `{% [1..${LENGTH}].{ "n": $ } %}`, MaxConcurrency: CONCURRENCY, End: true },
        ItemProcessor: { StartAt: 'Each', States: { Each: task({ End: true }) } },
      },
    },
  },
];

interface Run {
  readonly events: number;
  readonly seconds: number;
  readonly cpu: number;
}

/**
 * The engine alone, and what it costs a rehearsal, as Markdown. Nothing is simulated around it: a task is answered by a
 * promise, histories go to a temporary folder.
 */
export async function benchmarkEngine(runs: number, say: (line: string) => void): Promise<string> {
  return [
    await statesPerSecond({ runs, executions: EXECUTIONS }, say),
    await historyMemory(say),
    await shareOfRehearsal(runs, say),
  ].join('\n\n');
}

interface Rounds {
  readonly runs: number;
  /** In each round. */
  readonly executions: number;
}

/** A table of the machines above. */
export async function statesPerSecond(rounds: Rounds, say: (line: string) => void): Promise<string> {
  return describe(await measureMachines(rounds, say), rounds);
}

async function measureMachines(
  { runs, executions }: Rounds,
  say: (line: string) => void,
): Promise<ReadonlyMap<string, readonly Run[]>> {
  const directory = mkdtempSync(join(tmpdir(), 'benchmark-engine-'));
  const engine = createEngine({
    ...{ directory, clock: systemClock, region: 'eu-west-1', accountId: '123456789012' },
    integrations: { [LAMBDA]: async ({ arguments: given }) => ({ Payload: (given as { Payload: null }).Payload }) },
  });
  const measured = new Map<string, Run[]>();
  try {
    for (const [index, { name, states }] of machines.entries()) {
      const { stateMachineArn } = createMachine(engine, `benchmark-${index}`, states);
      // Once for the compiler: what is compiled on the way is no property of the engine.
      await runOften(engine, stateMachineArn, executions);
      const each: Run[] = [];
      for (let round = 0; round < runs; round++) each.push(await runOften(engine, stateMachineArn, executions));
      measured.set(name, each);
      say(`${name}: ${each.map(({ cpu }) => cpu.toFixed(3)).join(', ')} s of CPU an execution`);
    }
  } finally {
    engine.close();
    rmSync(directory, { recursive: true });
  }
  return measured;
}

const createMachine = (engine: Engine, name: string, states: States) =>
  engine.createStateMachine({
    ...{ name, roleArn: 'arn:aws:iam::123456789012:role/benchmark' },
    definition: JSON.stringify({
      ...{ QueryLanguage: 'JSONata', TimeoutSeconds: 3600, StartAt: Object.keys(states)[0], States: states },
    }),
  });

/** One execution after the other; what is given is of one of them. */
async function runOften(engine: Engine, stateMachineArn: string, executions: number): Promise<Run> {
  const [began, cpu] = [performance.now(), ownSeconds()];
  let last = '';
  for (let execution = 0; execution < executions; execution++) {
    last = engine.startExecution({ stateMachineArn, input: '{"n":0}' }).executionArn;
    const end = await engine.whenEnded(last);
    if (end.status !== 'SUCCEEDED') throw new Error(`A benchmark of the engine failed: ${end.error}: ${end.cause}`);
  }
  return {
    seconds: (performance.now() - began) / 1000 / executions,
    cpu: (ownSeconds() - cpu) / executions,
    events: engine.getExecutionHistory(last).length,
  };
}

const describe = (measured: ReadonlyMap<string, readonly Run[]>, { runs, executions }: Rounds): string =>
  [
    `${runs} rounds of ${executions} executions each after ${executions} for the compiler, of one execution: median (range). A second of CPU, user and system, is what one core does in a second.`,
    table(
      ['machine', 'events', 'CPU, s', 'states per s of CPU', 'time, s'],
      machines.map(({ name, entered }) => {
        const each = measured.get(name) ?? [];
        return [
          ...[name, String(each[0]?.events ?? '–')],
          spread(
            each.map(({ cpu }) => cpu),
            3,
          ),
          spread(
            each.map(({ cpu }) => entered / cpu),
            0,
          ),
          spread(
            each.map(({ seconds }) => seconds),
            2,
          ),
        ];
      }),
    ),
  ].join('\n\n');

/** In processes of their own, since memory that was once taken is not given back. */
async function historyMemory(say: (line: string) => void): Promise<string> {
  const rows: string[][] = [];
  for (const bytes of [0, 1024, 8192]) {
    const { events, file, before, open, peak, folded } = await inProcess(bytes);
    const MB = (value: number) => (value / 1e6).toFixed(0);
    say(`a history of ${events} events with states of ${bytes} bytes: ${MB(file)} MB on disk`);
    const grown = (after: { heap: number }) => ((after.heap - before.heap) / 1e6).toFixed(1);
    rows.push([
      `${bytes} bytes`,
      String(events),
      MB(file),
      grown(open),
      MB(before.rss),
      MB(peak),
      grown(folded),
      MB(folded.peak),
    ]);
  }
  return [
    'One execution near the limit of 25,000 events, by the size of what passes from state to state. Heap after collecting garbage.',
    table(
      [
        'input of each state',
        'events',
        'on disk, MB',
        'heap it holds, MB',
        'RSS before, MB',
        'RSS at its peak, MB',
        'heap after resume, MB',
        'RSS at its peak in resume, MB',
      ],
      rows,
    ),
  ].join('\n\n');
}

export interface HistoryMemory {
  readonly events: number;
  /** Bytes of the history on disk. */
  readonly file: number;
  readonly before: { readonly heap: number; readonly rss: number };
  /** While it is open, all but its last state behind it. */
  readonly open: { readonly heap: number };
  /** Of the resident set, until it was open. */
  readonly peak: number;
  /** Of a new engine that went on with it, instead of the first. */
  readonly folded: { readonly heap: number; readonly peak: number };
}

async function inProcess(bytes: number): Promise<HistoryMemory> {
  const program = fileURLToPath(new URL('history-memory.ts', import.meta.url));
  const child = spawn(process.execPath, ['--expose-gc', program, String(bytes)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.on('data', (piece: Buffer) => {
    text += piece;
  });
  const code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
  if (code !== 0) throw new Error(`The measurement of a history's memory ended with ${code}.`);
  return JSON.parse(text) as HistoryMemory;
}
