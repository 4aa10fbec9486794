import { cpus, loadavg, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { type SampleSize, sampleSizes, startSampleDatabases } from '../lib/local/world/sample-databases.ts';
import { benchmarkCopy } from './copy.ts';
import { benchmarkEngine } from './engine.ts';
import { benchmarkResume } from './resume.ts';
import { openStage, type Stage } from './stage.ts';

/**
 * `npm run benchmark -- [--size small|medium] [--runs 3] [copy] [resume] [engine]`: measures on the sample, on a
 * machine that does nothing else, and prints Markdown for docs/benchmarks.md. What happens meanwhile goes to standard error.
 */

/** Where `npm run rehearse` keeps the sample: both use the same. */
const DIRECTORY = '.passage';

/** Those between two servers that hold the sample. */
const ofCopier = { copy: benchmarkCopy, resume: benchmarkResume } as const;
type OfCopier = keyof typeof ofCopier;
const names = [...(Object.keys(ofCopier) as OfCopier[]), 'engine' as const];
type Name = (typeof names)[number];

const say = (line: string) => process.stderr.write(`${line}\n`);

function readArguments(): { size: SampleSize; runs: number; what: Name[] } {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { size: { type: 'string', default: 'small' }, runs: { type: 'string', default: '3' } },
  });
  const runs = Number(values.runs);
  const unknown = positionals.find((name) => !names.some((each) => each === name));
  if (unknown || !Object.hasOwn(sampleSizes, values.size) || !Number.isInteger(runs) || runs < 1) {
    throw new Error(
      `npm run benchmark -- [--size ${Object.keys(sampleSizes).join('|')}] [--runs 3] ${names.map((name) => `[${name}]`).join(' ')}`,
    );
  }
  const what = names.filter((name) => positionals.length === 0 || positionals.includes(name));
  return { size: values.size as SampleSize, runs, what };
}

const machine = (): string =>
  `${cpus().length} × ${cpus()[0]?.model}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, ${process.platform}, Node ${process.versions.node}; load before: ${loadavg()[0]?.toFixed(1)}.`;

const heading = ({ source, inspection }: Stage, size: SampleSize, runs: number): string =>
  [
    `**${size}**: ${inspection.tables} tables, ${(inspection.sizeBytes / 1e6).toFixed(0)} MB on disk; ${runs} rounds, median (range).`,
    `PostgreSQL ${source.cluster.binaries.version}.`,
  ].join(' ');

async function main(): Promise<void> {
  const { size, runs, what } = readArguments();
  console.log(machine());
  const between = what.filter((name): name is OfCopier => name !== 'engine');
  if (between.length > 0) await measureCopier(between, size, runs);
  if (what.includes('engine')) console.log(`\n${await benchmarkEngine(runs, say)}`);
}

async function measureCopier(what: readonly OfCopier[], size: SampleSize, runs: number): Promise<void> {
  const databases = await startSampleDatabases({ directory: DIRECTORY, command: 'benchmark', size, say });
  let stage: Stage | undefined;
  const close = async () => {
    await stage?.close();
    await databases.stop();
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void close().finally(() => process.exit(130)));
  }
  try {
    const { source, target, logins } = databases;
    stage = await openStage(
      {
        source: { cluster: source, login: logins.source.passage },
        target: { cluster: target, login: logins.target.master },
      },
      DIRECTORY,
    );
    console.log(`\n${heading(stage, size, runs)}`);
    for (const name of what) console.log(`\n${await ofCopier[name](stage, runs, say)}`);
  } finally {
    await close();
  }
}

try {
  await main();
} catch (error) {
  say(error instanceof Error ? (error.stack ?? error.message) : String(error));
  process.exitCode = 1;
}
