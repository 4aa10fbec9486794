import type { DeployedMigration } from '../workflow/configuration.ts';
import type { Fact } from '../workflow/documents/approval.ts';
import type { DatabasesFindings, SourceFindings, TargetFindings } from '../workflow/documents/collected.ts';
import type { Prediction } from '../workflow/documents/measurement.ts';
import type { Finding, Preflight } from '../workflow/documents/preflight.ts';
import type { CopyProof, FenceProof, Rehearsal, TargetWrite } from '../workflow/documents/proofs.ts';
import type { Subject } from '../workflow/documents/run.ts';
import { checkSums } from './check-sums.ts';
import { longestOutage } from './freeze-words.ts';
import { openWarnings } from './preflight/preflight.ts';
import { count, interval, plural, several, size, utc } from './quantities.ts';
import { openPoints, openText } from './readiness.ts';

/** Labels of what a terminal shows too, before people are asked. */
export const STANDS_OPEN = 'Stands open';
export const LONGEST_OUTAGE = 'Longest outage';

/** What an approver should know, in a few lines, taken from the evidence itself: how long users are out, and what they accept, come first. */
export function facts(of: {
  subject: Subject;
  preflight: Preflight;
  /** Of the source. */
  variables: SourceFindings['variables'];
  databases: DatabasesFindings;
  rehearsal: Rehearsal | null;
  /** Where it was made anew in this run; else it is the one that the rehearsal itself made. */
  prediction: Prediction | null;
  /** For how long people may decide on "switch". */
  decideSeconds: number | null;
  window: NonNullable<DeployedMigration['window']> | null;
  fence: FenceProof | null;
  copy: CopyProof | null;
  write: TargetWrite | null;
  /** The target's application, once it runs behind its closed gate. */
  target: (Pick<TargetFindings, 'namespace' | 'backend'> & { readonly cluster: string }) | null;
  record: { name: string; target: string } | null;
}): Fact[] {
  const { subject, preflight, variables, databases, rehearsal, prediction, decideSeconds, window } = of;
  const { fence, copy, write, record } = of;
  const open = openPoints(preflight.findings, variables);
  const overridden = preflight.findings.filter((finding) => finding.overridden !== null);
  const list: (Fact | null | false)[] = [
    subject === 'go' &&
      rehearsal && {
        label: LONGEST_OUTAGE,
        value: longestOutage(rehearsal.predictedFreezeSeconds, decideSeconds, prediction?.parts ?? []),
      },
    rehearsal && {
      label: 'Predicted freeze',
      value: `${interval(rehearsal.predictedFreezeSeconds)}, ${prediction ? `predicted today; the rehearsal was ${rehearsal.run}` : `as rehearsal ${rehearsal.run} predicted`}`,
    },
    window && { label: 'Window', value: `${utc(window.from)} to ${utc(window.to)}` },
    {
      label: STANDS_OPEN,
      value: open.length === 0 ? 'Nothing.' : `${openText(open)}. Whoever approves accepts what stands open.`,
      points: openWarnings(preflight.findings).map(openPoint),
    },
    overridden.length > 0 && {
      label: 'Overridden',
      value: `${plural(overridden.length, 'warning')}, seen again in this run and left as ${overridden.length === 1 ? 'it is' : 'they are'} for the reason given.`,
      points: overridden.map((one) => ({ text: `${one.id}: ${one.saw}`, note: `Reason: ${one.overridden}` })),
    },
    {
      label: 'Source',
      value: `PostgreSQL ${databases.source.version}, ${size(databases.source.sizeBytes)} on disk with indexes, ${plural(databases.source.tables, 'table')}`,
    },
    { label: 'Target', value: `PostgreSQL ${databases.target.version}` },
    {
      label: 'Checks',
      value: [plural(preflight.findings.length, 'check'), checkSums(preflight.findings).join(', ')]
        .filter((part) => part !== '')
        .join(': '),
    },
    fence && { label: 'Source is locked', value: locked(fence, copy) },
    copy && {
      label: 'Copied and proved',
      value: `${plural(copy.rows, 'row')} in ${plural(copy.tables.length, 'table')}, ${plural(copy.differences.length, 'difference')}`,
    },
    write && { label: 'Write as the application', value: writeTried(write) },
    subject === 'switch' && lookFirst(of.target),
    record && { label: 'DNS', value: `${record.name} → ${record.target}` },
  ];
  return list.filter((fact) => fact !== null && fact !== false);
}

const openPoint = ({ id, saw, todo }: Finding): NonNullable<Fact['points']>[number] => ({
  text: `${id}: ${saw}`,
  note: todo && `Do: ${todo}`,
});

/** The fence holds materialized views too; a copy builds them anew, and counts them among no rows. */
function locked({ at, attacks, sessions, tables }: FenceProof, copy: CopyProof | null): string {
  // One names them as SQL does, in quotes where need be, the other as they are.
  const plain = (name: string): string => name.replaceAll('"', '');
  const copied = new Set(copy?.tables.map(({ table }) => plain(table)));
  const others = copy === null ? [] : tables.filter(({ name }) => !copied.has(plain(name))).map(({ name }) => name);
  const unchanged =
    others.length === 0
      ? `${plural(tables.length, 'table')} did not change`
      : `${plural(tables.length, 'table')} did not change: ${count(tables.length - others.length)} whose rows are copied, and ${several(others)}, whose rows are not (a materialized view is built anew on the target)`;
  return `Since ${utc(at, 'second')}. ${plural(attacks.length, 'attempt')} to write ${attacks.length === 1 ? 'was' : 'were'} refused, ${sessions === 0 ? 'nobody is' : `${plural(sessions, 'session')} still`} connected, and ${unchanged}.`;
}

/** How to see the target with one's own eyes while its gate is still closed to users. */
function lookFirst(target: Parameters<typeof facts>[0]['target']): Fact | null {
  if (!target?.namespace || !target.backend) return null;
  const { cluster, namespace, backend } = target;
  return {
    label: 'Look at the target first',
    value: `The target runs as Service ${backend.service} in namespace ${namespace} of cluster ${cluster}; users get to it only after “switch”. An administrator sees it at localhost:3000, in a browser, with the commands below. What may be done there: docs/runbook.md#looking-at-the-target-before-it-is-switched.`,
    commands: [
      `aws eks update-kubeconfig --name ${cluster} --alias ${cluster}`,
      `kubectl --context ${cluster} port-forward -n ${namespace} service/${backend.service} 3000:${backend.port}`,
    ],
  };
}

function writeTried({ login, tried }: TargetWrite): string {
  if (!tried) return `NOT tried: ${login.unknown ?? 'its login is not known'}`;
  const password = login.unknown ? `; with ${login.through}, and NOT with that of the pods: ${login.unknown}` : '';
  const also = `${password}${tried.notes.map((note) => `; ${note}`).join('')}`;
  if (tried.table === null) return `as "${login.user}": not read-only; no row was there that it may write${also}`;
  return `as "${login.user}" on ${tried.table}: accepted, and rolled back${also}`;
}
