import type { DeployedMigration } from '../../workflow/configuration.ts';
import type {
  DatabasesFindings,
  DnsFindings,
  SourceFindings,
  TargetFindings,
} from '../../workflow/documents/collected.ts';
import type { Change, Drift } from '../../workflow/documents/measurement.ts';
import type { Rehearsal } from '../../workflow/documents/proofs.ts';
import type { Plan } from '../../workflow/documents/run.ts';
import { sourceChanges, targetChanges } from './application.ts';
import { databaseChanges } from './databases.ts';
import { dnsChanges, planChanges } from './surroundings.ts';

/** What a run collected. */
export interface RunFindings {
  readonly plan: Plan;
  readonly configuration: DeployedMigration;
  readonly source: SourceFindings;
  readonly target: TargetFindings;
  readonly dns: DnsFindings;
  readonly databases: DatabasesFindings;
}

/** The same of a run that may have found no database to look into. */
type Now = Omit<RunFindings, 'databases'> & { readonly databases: DatabasesFindings | null };

/** The same of an earlier run: null is what is gone, or what another version of Passage wrote otherwise. */
export type EarlierFindings = { readonly [K in keyof RunFindings]: RunFindings[K] | null };

/**
 * What changed since a rehearsal: what stops a cutover first, then what matters, then the rest. What one of the two looks
 * could not learn (a right was missing, a service did not answer) is not known to have changed, and not told.
 * No value that may be a secret is in it.
 */
export function driftSince(rehearsal: Pick<Rehearsal, 'run' | 'finishedAt'>, was: EarlierFindings, is: Now): Drift {
  // An application that is not found now is a finding of its own, and not each of its parts gone.
  const lost = {
    databases: is.databases === null,
    target: is.target.namespace === null && was.target?.namespace != null,
  };
  const changes: Change[] = [
    ...(was.databases && is.databases ? databaseChanges(was.databases, is.databases) : []),
    ...(was.source ? sourceChanges(was.source, is.source) : []),
    ...(was.target && !lost.target ? targetChanges(was.target, is.target) : []),
    ...(was.dns ? dnsChanges(was.dns, is.dns) : []),
    ...(was.plan ? planChanges({ plan: was.plan, configuration: was.configuration }, is) : []),
  ];
  const rank = ({ stops, matters }: Change): number => (stops ? 0 : matters ? 1 : 2);
  return {
    since: { run: rehearsal.run, at: rehearsal.finishedAt },
    changes: changes.sort((a, b) => rank(a) - rank(b)),
    notCompared: Object.entries(was).flatMap(([name, document]) =>
      document === null || lost[name as keyof typeof lost] ? [name] : [],
    ),
  };
}

/**
 * What is no longer as people approved it, in words: what matters of everything that differs between the look that they
 * decided on and the last one. A database grows while they decide; that alone is no other world.
 */
export const unlikeApproved = (approved: RunFindings, is: Now): string[] =>
  driftSince({ run: approved.plan.run, finishedAt: approved.plan.startedAt }, approved, is)
    .changes.filter(({ matters, about }) => matters && about !== 'size')
    .map(({ what, was, is: now }) => `${what}: was ${was}, is ${now}`);
