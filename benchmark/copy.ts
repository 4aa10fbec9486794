import { contentsOf, differences } from './contents.ts';
import { type Contestant, guide, type Outcome, passage, twoJobs } from './contestants.ts';
import { spread, table } from './figures.ts';
import { endedChildrenSeconds, ownSeconds, serverSeconds } from './processor-time.ts';
import type { Stage } from './stage.ts';

/** Against the first, ratios are taken. */
const contestants: readonly Contestant[] = [guide, twoJobs, passage];

/** Processor seconds by who spent them; undefined where the system does not tell. */
interface Spent {
  readonly source: number | undefined;
  readonly target: number | undefined;
  /** Workers, or PostgreSQL's tools. */
  readonly clients: number | undefined;
  /** This process: the simulated S3. */
  readonly s3: number;
}

interface Measured extends Outcome {
  readonly seconds: number;
  readonly spent: Spent;
}

/**
 * Copies the source by every contestant in turn, `runs` times, and compares every row afterwards: a copy that is not
 * equal is no figure, and throws.
 * @returns a Markdown table
 */
export async function benchmarkCopy(stage: Stage, runs: number, say: (line: string) => void): Promise<string> {
  const source = await contentsOf(stage.source.login);
  const measured = new Map<Contestant, Measured[]>(contestants.map((each) => [each, []]));
  for (let round = 0; round < runs; round++) {
    // Nobody always comes first, when caches are coldest, or last.
    for (const at of contestants.keys()) {
      const contestant = contestants[(at + round) % contestants.length]!;
      const result = await measure(stage, contestant);
      const different = differences(source, await contentsOf(result.target));
      if (different.length > 0) throw new Error(`${contestant.name} copied otherwise: ${different.join(', ')}.`);
      measured.get(contestant)!.push(result);
      say(`copy, round ${round + 1} of ${runs}: ${contestant.name}: ${result.seconds.toFixed(1)} s, all rows equal`);
    }
  }
  await stage.clear();
  const reference = measured.get(contestants[0]!)!.map(({ seconds }) => seconds);
  return table(
    [
      'copy',
      'time, s',
      'ratio, by round',
      'of it proof, s',
      'CPU s: source',
      'target',
      'clients',
      'S3',
      'staged, MB',
      'peak memory, MB',
    ],
    contestants.map((contestant) => rowOf(contestant, measured.get(contestant)!, reference)),
  );
}

async function measure(stage: Stage, contestant: Contestant): Promise<Measured> {
  await stage.clear();
  const before = counters(stage);
  const began = performance.now();
  const outcome = await contestant.copy(stage);
  const seconds = (performance.now() - began) / 1000;
  const after = counters(stage);
  const between = (of: keyof Spent) =>
    after[of] === undefined || before[of] === undefined ? undefined : after[of] - before[of];
  const spent = { source: between('source'), target: between('target'), clients: between('clients') };
  return { ...outcome, seconds, spent: { ...spent, s3: after.s3 - before.s3 } };
}

const counters = ({ source, target }: Stage): Spent => ({
  source: serverSeconds(source.cluster.pid),
  target: serverSeconds(target.cluster.pid),
  clients: endedChildrenSeconds(),
  s3: ownSeconds(),
});

function rowOf(contestant: Contestant, runs: readonly Measured[], reference: readonly number[]): string[] {
  const cell = (of: (run: Measured, round: number) => number | undefined, digits: number) =>
    spread(runs.map(of), digits);
  const memory = (['dump', 'restore'] as const).map((role) =>
    cell(({ memoryBytes }) => memoryBytes && memoryBytes[role] / 1e6, 0),
  );
  return [
    contestant.name,
    cell(({ seconds }) => seconds, 1),
    cell(({ seconds }, round) => seconds / reference[round]!, 2),
    cell(({ proofSeconds }) => proofSeconds, 1),
    cell(({ spent }) => spent.source, 1),
    cell(({ spent }) => spent.target, 1),
    cell(({ spent }) => spent.clients, 1),
    contestant === passage ? cell(({ spent }) => spent.s3, 1) : '–',
    cell(({ stagedBytes }) => stagedBytes / 1e6, 0),
    memory.some((each) => each !== '–') ? `dump ${memory[0]}, restore ${memory[1]}` : '–',
  ];
}
