import type { DeployedMigration } from '../workflow/configuration.ts';
import type { DatabasesFindings, SourceFindings } from '../workflow/documents/collected.ts';
import type { Preflight } from '../workflow/documents/preflight.ts';
import type { CopyProof, FenceProof, Rehearsal, TargetWrite } from '../workflow/documents/proofs.ts';
import type { Plan } from '../workflow/documents/run.ts';
import { openWarnings } from './preflight/preflight.ts';
import { interval, plural, size, utc } from './quantities.ts';
import { openPoints, openText } from './readiness.ts';

interface Fact {
  readonly label: string;
  readonly value: string;
}

/** What an approver should know, in a few lines, taken from the evidence itself. */
export function facts(of: {
  plan: Plan;
  preflight: Preflight;
  /** Of the source. */
  variables: SourceFindings['variables'];
  databases: DatabasesFindings;
  rehearsal: Rehearsal | null;
  /** Whether its prediction was made anew in this run; else it is the one that the rehearsal itself made. */
  predictedToday: boolean;
  window: NonNullable<DeployedMigration['window']> | null;
  fence: FenceProof | null;
  copy: CopyProof | null;
  write: TargetWrite | null;
  record: { name: string; target: string } | null;
}): Fact[] {
  const { plan, preflight, variables, databases, rehearsal, predictedToday, window, fence, copy, write, record } = of;
  const warnings = openWarnings(preflight.findings);
  const open = openPoints(preflight.findings, variables);
  const overridden = preflight.findings.filter((finding) => finding.overridden !== null);
  const list: (Fact | null | false)[] = [
    { label: 'Reason', value: plan.reason },
    {
      label: 'Source',
      value: `PostgreSQL ${databases.source.version}, ${size(databases.source.sizeBytes)}, ${plural(databases.source.tables, 'table')}`,
    },
    { label: 'Target', value: `PostgreSQL ${databases.target.version}` },
    {
      label: 'Preflight',
      value: `${plural(preflight.findings.length, 'check')}, ${plural(warnings.length, 'warning')}${warnings.map(({ id, saw }) => `; ${id}: ${saw}`).join('')}${overridden.map((one) => `; ${one.id}, overridden: ${one.overridden}`).join('')}`,
    },
    open.length > 0 && { label: 'Stands open', value: `${openText(open)}: whoever approves accepts what stands open` },
    rehearsal && {
      label: 'Predicted freeze',
      value: `${interval(rehearsal.predictedFreezeSeconds)}, ${predictedToday ? `predicted today; the rehearsal was ${rehearsal.run}` : `as rehearsal ${rehearsal.run} predicted`}`,
    },
    window && { label: 'Window', value: `${utc(window.from)} to ${utc(window.to)}` },
    fence && {
      label: 'Fence',
      value: `${plural(fence.attacks.length, 'attack')} refused, ${plural(fence.sessions, 'session')}, ${plural(fence.tables.length, 'table')} unchanged`,
    },
    copy && {
      label: 'Copied and proved',
      value: `${plural(copy.rows, 'row')} in ${plural(copy.tables.length, 'table')}, ${plural(copy.differences.length, 'difference')}`,
    },
    write && { label: 'Write as the application', value: writeTried(write) },
    record && { label: 'DNS', value: `${record.name} → ${record.target}` },
  ];
  return list.filter((fact) => fact !== null && fact !== false);
}

function writeTried({ login, tried }: TargetWrite): string {
  if (!tried) return `NOT tried: ${login.unknown ?? 'its login is not known'}`;
  const password = login.unknown ? `; with ${login.through}, and NOT with that of the pods: ${login.unknown}` : '';
  const also = `${password}${tried.notes.map((note) => `; ${note}`).join('')}`;
  if (tried.table === null) return `as "${login.user}": not read-only; no row was there that it may write${also}`;
  return `as "${login.user}" on ${tried.table}: accepted, and rolled back${also}`;
}
