import type { Execution } from '../adapters/executions.ts';
import { histories } from '../adapters/histories.ts';
import { WorkerProgress } from '../copier/staged.ts';
import { duration, plural } from '../domain/quantities.ts';
import { stagingKeys } from '../domain/run.ts';
import { silentWorker, stallWatch } from '../domain/standstill.ts';
import { meanRate, progressLine } from '../pages/terminal.ts';
import type { Console } from './command.ts';
import type { SimulatedAccount } from './simulated-account.ts';

/** How often the account is asked; people see a second as live. */
const POLL_MS = 400;
/** Where there is no terminal, one line of progress so often. */
const QUIET_MS = 5_000;

/** The states in which the workers' own progress tells more than the state's name. */
const COPYING: ReadonlySet<string> = new Set(['Dump', 'Restore']);

/** Three measures meet in an output: this one, the rows as they travel ("Copied"), and a database with its indexes. */
const COUNTED =
  "           Progress counts tables as they lie on the source's disk: without indexes, large values compressed.";

interface Followed {
  readonly execution: string;
  readonly run: string;
  /** Whether it was under way before: its steps until now are one line. */
  readonly takenUp?: boolean | undefined;
  /** Called at every look, with the names of all states entered so far: for whoever must act, as approvers do. */
  readonly onTick?: ((entered: ReadonlySet<string>, run: string) => Promise<void>) | undefined;
}

/**
 * Shows a run until its execution has ended: each state as it is entered, and the workers' own progress.
 * @param isLeft asked before every look: whether nobody wants to see more
 * @returns null when it was left before its end
 */
export async function follow(
  account: SimulatedAccount,
  console: Console,
  { execution, run, takenUp = false, onTick }: Followed,
  isLeft: () => Promise<boolean>,
): Promise<Execution | null> {
  const began = Date.now();
  const seen = new Set<string>();
  const names = new Set<string>();
  let state = 'Starting';
  let depth = 0;
  let lastLine = 0;
  let explained = false;
  const idle = stallWatch();
  const isOfBefore = ({ at }: Entered) => takenUp && at < began;
  for (;;) {
    if (await isLeft()) return null;
    const now = await account.executions.describe(execution);
    const fresh = (await statesEntered(account, execution)).filter(({ id }) => !seen.has(id));
    const ofBefore = fresh.filter(isOfBefore);
    if (ofBefore.length > 0) console.line(goesOnAt(ofBefore));
    for (const entered of fresh) {
      seen.add(entered.id);
      ({ name: state, depth } = entered);
      names.add(state);
      if (isOfBefore(entered)) continue;
      console.line(
        `${duration((entered.at - began) / 1000).padStart(9)}  ${'  '.repeat(entered.depth)}${entered.name}`,
      );
    }
    await onTick?.(names, run);
    if (now && now.status !== 'RUNNING') return now;
    const progress = COPYING.has(state) ? await workers(account, run) : null;
    if (progress) {
      if (!explained) console.line(COUNTED);
      explained = true;
      const idleSeconds = idle(progress, Date.now());
      const line = progressLine(
        {
          phase: state,
          depth,
          elapsed: (Date.now() - began) / 1000,
          ...progress,
          ...(idleSeconds === null ? {} : { idleSeconds }),
        },
        console.columns - 1,
      );
      if (console.isTerminal) console.live(line);
      else if (Date.now() - lastLine > QUIET_MS) {
        lastLine = Date.now();
        console.line(line);
      }
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

interface Entered {
  readonly id: string;
  readonly name: string;
  readonly at: number;
  readonly depth: number;
}

/** The last of the steps of before is the one that it stopped at. */
function goesOnAt(ofBefore: readonly Entered[]): string {
  const over = ofBefore.length - 1;
  const at = `goes on at "${ofBefore.at(-1)?.name}"`;
  return over === 0 ? `It ${at}.` : `${plural(over, 'step')} ${over === 1 ? 'was' : 'were'} over before; it ${at}.`;
}

/** Choices and ends are entered and left at once: nobody waits for them. */
const SHOWN = /^(Task|Map|Wait)StateEntered$/;

/** What the run and all that it started have entered, in the order of time. */
export async function statesEntered(account: SimulatedAccount, execution: string): Promise<Entered[]> {
  const all = await histories(account.executions, execution);
  return all
    .flatMap(({ execution: { arn }, events }, index) =>
      events
        .filter(({ type }) => SHOWN.test(type ?? ''))
        .map(({ id, timestamp, stateEnteredEventDetails }) => ({
          id: `${arn}#${id}`,
          name: stateEnteredEventDetails?.name ?? '',
          at: new Date(timestamp ?? 0).getTime(),
          depth: index === 0 ? 0 : 1,
        })),
    )
    .sort((a, b) => a.at - b.at);
}

/** A replaced worker leaves the progress of the one before behind. */
const latestOfEach = (all: readonly WorkerProgress[]): WorkerProgress[] => [
  ...new Map(all.toSorted((a, b) => a.at.localeCompare(b.at)).map((progress) => [progress.role, progress])).values(),
];

/** Rows and bytes that have arrived, by the restore's own count; the dump's while it is ahead alone. */
async function workers(account: SimulatedAccount, run: string) {
  const keys = (await account.staging.keys(stagingKeys.run(run))).filter((key) => key.includes('/progress/'));
  const found = await Promise.all(keys.map(async (key) => (await account.staging.read(key, WorkerProgress))?.value));
  const known = found.filter((progress) => progress !== undefined);
  const silent = silentWorker(latestOfEach(known), Date.now());
  const latest = known
    .sort((a, b) => (a.role === b.role ? a.at.localeCompare(b.at) : a.role === 'restore' ? 1 : -1))
    .at(-1);
  if (!latest) return null;
  const seconds = (Date.parse(latest.at) - Date.parse(latest.startedAt)) / 1000;
  return {
    state: latest.phase,
    ...(silent ? { silent } : {}),
    rows: latest.rowsDone,
    bytes: latest.bytesDone,
    totalBytes: latest.bytesTotal,
    bytesPerSecond: meanRate(latest.bytesDone, seconds),
  };
}
