import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../lib/local/clock.ts';
import { createEngine, type Engine } from '../lib/local/engine/engine.ts';
import type { HistoryMemory } from './engine.ts';

/**
 * `node --expose-gc benchmark/history-memory.ts <bytes>`: writes one execution of 24,999 events whose states pass on so
 * many bytes, stops before its end and prints what it holds in memory. A process of its own.
 */

/** 1 for the start, 2 for Begin, 4 for each round of Pass and Choice, 4 for a Task that waits: 24,999 of 25,000. */
const ROUNDS = 6_248;
const CALLBACK = 'arn:aws:states:::lambda:invoke.waitForTaskToken';

const bytes = Number(process.argv[2] ?? 0);
const collect = globalThis.gc;
if (!collect) throw new Error('Start this with --expose-gc.');

async function heap(): Promise<number> {
  for (let time = 0; time < 3; time++) {
    collect!();
    await new Promise((resolve) => setImmediate(resolve));
  }
  return process.memoryUsage().heapUsed;
}

/** Of this process alone: what Linux tells in getrusage is at least that of the process that started it. */
function highestResidentSet(): number {
  try {
    const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
    if (kilobytes) return Number(kilobytes) * 1024;
  } catch {
    // Not Linux.
  }
  return process.resourceUsage().maxRSS * 1024;
}

const directory = mkdtempSync(join(tmpdir(), 'benchmark-history-'));
let waits: () => void = () => {};
// Counted on the way: to read the history would be what is measured.
let events = 0;
const open = (): Engine =>
  createEngine({
    ...{ directory, clock: systemClock, region: 'eu-west-1', accountId: '123456789012' },
    onEvent: () => {
      events++;
    },
    integrations: {
      [CALLBACK]: async () => {
        waits();
        return {};
      },
    },
  });
const reached = () =>
  new Promise<void>((resolve) => {
    waits = resolve;
  });

// Two states in a circle, so that the definition is nothing beside the history.
const definition = JSON.stringify({
  ...{ QueryLanguage: 'JSONata', TimeoutSeconds: 3600, StartAt: 'Begin' },
  States: {
    Begin: { Type: 'Pass', Assign: { n: 0 }, Next: 'Pass' },
    Pass: { Type: 'Pass', Assign: { n: '{% $n + 1 %}' }, Next: 'Done?' },
    'Done?': {
      Type: 'Choice',
      Choices: [{ Condition: `{% $n >= ${ROUNDS} %}`, Next: 'Wait' }],
      Default: 'Pass',
    },
    Wait: {
      Type: 'Task',
      Resource: CALLBACK,
      TimeoutSeconds: 3600,
      Arguments: '{% $states.context.Task.Token %}',
      End: true,
    },
  },
});

try {
  const first = open();
  const { stateMachineArn } = first.createStateMachine({
    ...{ name: 'history', roleArn: 'arn:aws:iam::123456789012:role/benchmark', definition },
  });
  const before = { heap: await heap(), rss: process.memoryUsage().rss };
  const arrived = reached();
  first.startExecution({
    ...{ stateMachineArn, name: 'history', input: JSON.stringify({ text: 'x'.repeat(bytes) }) },
  });
  await arrived;
  const held = { heap: await heap() };
  const peak = highestResidentSet();
  const file = statSync(join(directory, 'executions', 'history', 'history.jsonl')).size;
  first.close();
  const second = open();
  second.resume();
  const folded = { heap: await heap(), peak: highestResidentSet() };
  second.close();
  const measured: HistoryMemory = { events, file, before, open: held, peak, folded };
  console.log(JSON.stringify(measured));
} finally {
  rmSync(directory, { recursive: true });
}
