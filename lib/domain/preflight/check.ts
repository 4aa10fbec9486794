import type { CheckId } from '../../workflow/check-ids.ts';
import type { DeployedMigration } from '../../workflow/configuration.ts';
import type {
  DatabasesFindings,
  DnsFindings,
  MailFindings,
  SourceFindings,
  TargetFindings,
} from '../../workflow/documents/collected.ts';
import type { Drift } from '../../workflow/documents/measurement.ts';
import type { Finding } from '../../workflow/documents/preflight.ts';
import type { Rehearsal } from '../../workflow/documents/proofs.ts';
import type { Plan } from '../../workflow/documents/run.ts';
import type { Refusal } from '../../workflow/tasks/collect.ts';

/** Everything that was collected, and what was known before. */
export interface Collected extends Learned {
  readonly databases: DatabasesFindings;
}

/** The same, where a database could not be looked at. */
export interface Learned {
  readonly plan: Plan;
  readonly configuration: DeployedMigration;
  readonly source: SourceFindings;
  readonly target: TargetFindings;
  readonly dns: DnsFindings;
  readonly mail: MailFindings;
  readonly databases: DatabasesFindings | null;
  /** Why they could not be looked into; null where they were, or where nobody says where one of them is. */
  readonly refused: Refusal | null;
  /** Of the same migration, of whatever plan; null before the first. */
  readonly lastRehearsal: Rehearsal | null;
  /** What changed since that one; null before the first. */
  readonly drift: Drift | null;
  /** Milliseconds since 1970. */
  readonly now: number;
}

export interface Result extends Pick<Finding, 'severity' | 'saw' | 'todo'> {
  /** Where what was seen is about something else than the check as a whole. */
  readonly about?: 'cutover';
}

/**
 * What a check is about, which decides where its BLOCKER stops. `copy`: the databases; it stops every run.
 * `application`: whether the target's application can use what is copied; it stops every run but one of databases
 * alone. `cutover`: freeze, approvals, DNS and the way back; it stops a cutover, and in a rehearsal is a WARNING.
 */
export type About = 'copy' | 'application' | 'cutover';

/** One thing that is looked at before anything is copied: a file of `checks/`, named like its id. */
export type Check = Anyhow | OfDatabases;

interface Described {
  /** Kebab case: the name of its section in docs/runbook.md, and by which its warning is overridden. */
  readonly id: CheckId;
  /** What is so when it passes. */
  readonly title: string;
  readonly about: About;
  /** It looks at the application on the target: where that was not found, the finding that says so is enough. */
  readonly needsTarget?: true;
}

/** What it saw and what to do; null where it has nothing to look at. What is not known never passes. */
type Look<C> = (collected: C) => Result | null;

interface Anyhow extends Described {
  readonly needsDatabases?: never;
  readonly look: Look<Learned>;
}

/** It looks into the databases: where these are not known, the finding that says so is enough. */
interface OfDatabases extends Described {
  readonly needsDatabases: true;
  readonly look: Look<Collected>;
}

export const pass = (saw: string): Result => ({ severity: 'PASS', saw, todo: null });
export const info = (saw: string, todo: string | null = null): Result => ({ severity: 'INFO', saw, todo });
export const warning = (saw: string, todo: string): Result => ({ severity: 'WARNING', saw, todo });
export const blocker = (saw: string, todo: string): Result => ({ severity: 'BLOCKER', saw, todo });
/** In a check that is about something else: a rehearsal goes on with it, a cutover does not. */
export const ofCutover = (result: Result): Result => ({ ...result, about: 'cutover' });

/** What Passage had no means to learn, where a run may well go on without knowing. */
export const unlearned = (what: string, todo: string): Result => info(`Could not be learned: ${what}`, todo);
