import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { spread, table } from './figures.ts';
import { endedChildrenSeconds } from './processor-time.ts';
import type { Measured, Profile, ProfileNode } from './profiled.ts';

const root = new URL('../', import.meta.url);
const path = (file: string) => fileURLToPath(new URL(file, root));

/** Whose a moment is: the engine's, which evaluates its expressions by jsonata; somebody else's; nobody's. */
type Owner = 'engine' | 'expressions' | 'other' | 'collector' | 'idle';

/**
 * Microseconds of a profile by owner. A moment belongs to the nearest caller, from the innermost outwards, that is a file of the
 * project or jsonata: so writing a line of a history counts for the engine though it happens in Node, and a function that
 * the engine calls counts for whoever wrote it.
 */
export function timeByOwner({ nodes, samples = [], timeDeltas = [] }: Profile): Readonly<Record<Owner, number>> {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)));
  const owners = new Map<number, Owner>();
  const ownerOf = (id: number): Owner => {
    const known = owners.get(id);
    if (known) return known;
    const parent = parents.get(id);
    const owner = ownOwner(byId.get(id)!) ?? (parent === undefined ? 'other' : ownerOf(parent));
    owners.set(id, owner);
    return owner;
  };
  const times = { engine: 0, expressions: 0, other: 0, collector: 0, idle: 0 };
  for (const [index, id] of samples.entries()) times[ownerOf(id)] += timeDeltas[index] ?? 0;
  return times;
}

/** Undefined for what works for its caller: Node itself, and libraries. */
function ownOwner({ callFrame: { functionName, url } }: ProfileNode): Owner | undefined {
  if (functionName === '(idle)') return 'idle';
  if (functionName === '(garbage collector)') return 'collector';
  if (url.includes('/node_modules/jsonata/')) return 'expressions';
  if (url.includes('/node_modules/') || !url.startsWith('file:')) return undefined;
  return url.includes('/lib/local/engine/') ? 'engine' : 'other';
}

interface Share {
  /** Seconds of CPU. */
  readonly engine: number;
  readonly mainThread: number;
  readonly wholeProcess: number;
  /** With every process that it started and that has ended. */
  readonly all: number | undefined;
  readonly wall: number;
}

/** Rehearsals of the sample, each a process of its own under a profile. The first, which may make the world, is not counted. */
export async function shareOfRehearsal(runs: number, say: (line: string) => void): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), 'benchmark-rehearsal-'));
  const shares: Share[] = [];
  try {
    for (let round = 0; round <= runs; round++) {
      const share = await rehearse(join(directory, `${round}.json`));
      say(
        `rehearsal ${round}: ${share.engine.toFixed(3)} s of the engine in ${share.wholeProcess.toFixed(1)} s of CPU`,
      );
      if (round > 0) shares.push(share);
    }
  } finally {
    rmSync(directory, { recursive: true });
  }
  const share = (of: (share: Share) => number | undefined) =>
    shares.map((each) => {
      const whole = of(each);
      return whole === undefined ? undefined : (100 * each.engine) / whole;
    });
  const row = (name: string, of: (share: Share) => number | undefined) => [
    name,
    spread(shares.map(of), 1),
    spread(share(of), 1),
  ];
  return [
    `The engine's share of \`npm run rehearse\`: ${runs} rehearsals, median (range), from a profile of the main thread.`,
    table(
      ['seconds of CPU', 's', "engine's share, % (aim: under 5)"],
      [
        [
          'the engine with its expressions',
          spread(
            shares.map(({ engine }) => engine),
            2,
          ),
          '–',
        ],
        row('the main thread: engine, endpoints, command', ({ mainThread }) => mainThread),
        row('the process: with the functions, which are threads', ({ wholeProcess }) => wholeProcess),
        row('with the processes that it started, PostgreSQL aside', ({ all }) => all),
        row('time of the whole command', ({ wall }) => wall),
      ],
    ),
  ].join('\n\n');
}

async function rehearse(file: string): Promise<Share> {
  const [began, before] = [performance.now(), endedChildrenSeconds()];
  const child = spawn(
    process.execPath,
    ['--import', path('benchmark/profiled.ts'), path('bin/passage.ts'), 'rehearse'],
    {
      env: { ...process.env, PASSAGE_PROFILE: file },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (piece: Buffer) => {
      said += piece;
    });
  }
  const code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
  if (code !== 0) throw new Error(`A rehearsal ended with ${code}:\n${said.slice(-2_000)}`);
  const [wall, after] = [(performance.now() - began) / 1000, endedChildrenSeconds()];
  const { profile, mainThread, wholeProcess } = JSON.parse(readFileSync(file, 'utf8')) as Measured;
  const times = timeByOwner(profile);
  const own = times.engine + times.expressions;
  // Of what the collector did, as much as of the rest.
  const share = own / (own + times.other);
  const all = before === undefined || after === undefined ? undefined : after - before;
  return { engine: share * mainThread, mainThread, wholeProcess, all, wall };
}
