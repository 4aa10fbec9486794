import type { Ledger } from '../workflow/documents/ledger.ts';
import type { Mode } from '../workflow/documents/run.ts';
import { plural } from './quantities.ts';

/** How the world stands, as it was just read. What could not be read is a sentence instead. */
export interface Circumstances {
  readonly ledger: Ledger;
  /** Of the holder's execution; null when there is no holder or no such execution. */
  readonly holderStatus: string | null;
  readonly running: readonly string[];
  readonly sourceDatabase: { readonly fence: string | null; readonly rows: number } | string;
  readonly targetDatabase: { readonly databases: readonly string[]; readonly tables: number } | string;
  readonly services: readonly {
    readonly service: string;
    readonly desiredCount: number;
    readonly runningCount: number;
  }[];
  readonly deployments:
    | readonly { readonly name: string; readonly replicas: number; readonly readyReplicas: number }[]
    | string;
  /** The service behind the gate; null while it is closed. */
  readonly gate: { readonly service: string | null } | string;
  readonly dns: { readonly name: string; readonly answer: readonly string[]; readonly target: string };
  /** The runs that stand still in an account that is up only to be looked at; null in one that goes on. */
  readonly interrupted: readonly InterruptedRun[] | null;
}

interface InterruptedRun {
  readonly run: string;
  readonly mode: Mode;
  /** The state that it entered last; null before the first. */
  readonly step: string | null;
}

interface Diagnosis {
  readonly lines: readonly { readonly about: string; readonly says: string }[];
  /** What it comes to, and what to do. */
  readonly verdict: string;
}

/** Says in plain words how things stand. */
export function explain(world: Circumstances): Diagnosis {
  const { ledger } = world;
  const at = world.dns.answer.some((name) => name.replace(/\.$/, '') === world.dns.target)
    ? 'the target'
    : 'the source';
  return {
    lines: [
      { about: 'Ledger', says: ledgerSays(ledger) },
      {
        about: 'Executions',
        says: executionsSay(world),
      },
      { about: 'Source database', says: sourceSays(world.sourceDatabase) },
      { about: 'Target database', says: targetSays(world.targetDatabase) },
      {
        about: 'ECS',
        says:
          world.services
            .map(({ service, desiredCount, runningCount }) => `${service} ${runningCount} of ${desiredCount}`)
            .join(', ') || 'no service',
      },
      { about: 'Kubernetes', says: kubernetesSays(world) },
      { about: 'DNS', says: `${world.dns.name} → ${world.dns.answer.join(', ') || 'nothing'}: ${at}` },
    ],
    verdict: verdictOf(world),
  };
}

function executionsSay({ running, interrupted }: Circumstances): string {
  if (running.length === 0) return 'none is running';
  return `${interrupted ? 'interrupted, and standing still' : 'running'}: ${running.join(', ')}`;
}

function ledgerSays({ holder, epoch, phase, writable, effect, pointOfNoReturn }: Ledger): string {
  const held = holder
    ? `held by run ${holder.run} (${holder.mode}), epoch ${epoch}, ${phase}`
    : `nobody holds it; epoch ${epoch}`;
  const pending = effect ? `; ${effect.task} may still act until ${effect.until}` : '';
  const passed = pointOfNoReturn ? `; point of no return passed at ${pointOfNoReturn}` : '';
  return `${held}; ${writable === 'none' ? 'neither side' : `the ${writable}`} may be written to${pending}${passed}`;
}

function sourceSays(source: Circumstances['sourceDatabase']): string {
  if (typeof source === 'string') return source;
  return source.fence
    ? `up, and its fence is ${source.fence}: nobody but Passage gets in`
    : `up and open, ${plural(source.rows, 'event')}`;
}

function targetSays(target: Circumstances['targetDatabase']): string {
  if (typeof target === 'string') return target;
  const scratch =
    target.databases.length > 0 ? `; scratch databases: ${target.databases.join(', ')}` : '; no scratch database';
  return `${target.tables === 0 ? 'up and empty' : `up, ${plural(target.tables, 'table')}`}${scratch}`;
}

function kubernetesSays({ deployments, gate }: Circumstances): string {
  if (typeof deployments === 'string') return deployments;
  const pods = deployments
    .map(({ name, replicas, readyReplicas }) => `${name} ${readyReplicas} of ${replicas}`)
    .join(', ');
  return `${pods}; ${gateSays(gate)}`;
}

function gateSays(gate: Circumstances['gate']): string {
  if (typeof gate === 'string') return `gate not known: ${gate}`;
  return gate.service === null ? 'gate closed' : `gate open, to ${gate.service}`;
}

function verdictOf(world: Circumstances): string {
  const { ledger, holderStatus, sourceDatabase, gate, interrupted, running } = world;
  // What runs on after the lease is released changes nothing any more.
  const isLeft = interrupted !== null && (interrupted.length > 0 || (ledger.holder !== null && running.length > 0));
  if (isLeft) return stillVerdict(ledger, interrupted);
  const { holder, pointOfNoReturn, phase } = ledger;
  const fence = typeof sourceDatabase === 'string' ? null : sourceDatabase.fence;
  if (pointOfNoReturn) {
    if (typeof gate === 'string')
      return 'The target is the side that users write to. Whether its gate is open is not known: look at the Ingress, and open it if it is closed (runbook: PastPointOfNoReturn).';
    if (gate.service === null)
      return 'The target is the side that users write to, but its gate is closed: open it (runbook: PastPointOfNoReturn).';
    return holder
      ? 'The target serves. The run has only its report and its lease left to finish.'
      : 'Cut over. The target serves, and the source is sealed.';
  }
  if (holder && holderStatus === 'RUNNING') {
    return phase === 'unwinding'
      ? `Run ${holder.run} is being put back. Wait; this takes about a minute.`
      : `Run ${holder.run} is under way (${phase}). Nothing is wrong with that; its own output shows how far it is.`;
  }
  if (holder) {
    return `Run ${holder.run} ended without releasing the migration. The reconciler starts unwind within a minute of the account being up; run "npm run passage -- serve" and look again.`;
  }
  if (fence === 'sealed') {
    return 'The source is sealed, but the ledger has no point of no return: only a person may open it, with lib/sql/reopen-source.sql (runbook: PastPointOfNoReturn).';
  }
  if (fence)
    return 'The source is fenced and nobody holds the migration: this should not happen. Keep it closed and read the runbook, FenceFailed.';
  return 'Nothing is under way, and nothing is left over. The source serves.';
}

/** Which command sees a run of this mode through. */
const seesThrough: Readonly<Record<Mode, string>> = {
  preflight: '"npm run passage -- preflight"',
  rehearsal: '"npm run rehearse"',
  cutover: '"npm run cutover"',
};

/** Of what was under way when the account ended, and has not gone on. */
function stillVerdict({ pointOfNoReturn }: Ledger, interrupted: readonly InterruptedRun[]): string {
  if (interrupted.length === 0)
    return 'A run was being put back when the simulated account ended. Nothing has gone on: "diagnose" only looks. "npm run passage -- serve" goes on with it, within a minute.';
  return interrupted
    .map(({ run, mode, step }) => {
      const at = step === null ? 'at its start' : `at "${step}"`;
      return `Run ${run} was interrupted ${at} when the simulated account ended. Nothing has gone on: "diagnose" only looks. ${seesThrough[mode]} sees it through${goesOnWith(mode, pointOfNoReturn)}.`;
    })
    .join('\n');
}

function goesOnWith(mode: Mode, pointOfNoReturn: string | null): string {
  if (mode !== 'cutover') return '';
  return pointOfNoReturn === null
    ? ', with the decisions that people have made; once "switch" is approved it passes the point of no return'
    : ': it has passed the point of no return, and users wait until its last steps are done';
}
