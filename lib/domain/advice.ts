import type { z } from 'zod';
import type { Finding, Plan } from '../workflow/documents.ts';
import type { Summary } from '../workflow/summary.ts';

type Check = z.infer<typeof Finding>;

/** What a run of this kind did not do, and why, so that nobody takes a green report for more than it is. */
export function leftOut(run: {
  readonly plan: Pick<Plan, 'mode' | 'databasesOnly' | 'keep'>;
  /** Null when the run ended before a proof; else what its copies do not hold. */
  readonly copied: Summary['leftOut'] | null;
  readonly froze: boolean;
  readonly rehearsed: boolean;
}): Summary['leftOut'] {
  const out: Summary['leftOut'] = [];
  const say = (what: string, because: string): void => void out.push({ what, because });
  if (run.plan.databasesOnly) say('ECS, EKS and DNS', 'only databases were given');
  if (!run.copied) say('Copy and proof', 'the run ended before it');
  else out.push(...run.copied);
  if (run.plan.mode === 'preflight') say('Freeze, DNS and users', 'it was asked to look only');
  else if (run.plan.mode === 'rehearsal') {
    if (run.plan.keep && run.rehearsed)
      say('Dropping the scratch database', 'it was to be kept; drop it when you are done with it');
    say('Freeze, DNS and users', 'a rehearsal never touches them');
    say('Starting the target application on the copy', 'a rehearsal copies and proves data; it starts no application');
  } else if (!run.froze) say('Freeze and switch', 'the run ended before them');
  say('Decrypting stored credentials', 'keys are compared by fingerprint, and no stored value is opened');
  say('Files outside the database', 'this journey copies PostgreSQL only');
  return out;
}

/** What to do next, in order. */
export function nextSteps(run: {
  readonly verdict: Summary['verdict'];
  readonly plan: Pick<Plan, 'run' | 'migration' | 'mode' | 'databasesOnly'>;
  readonly checks: readonly Check[];
  readonly error: Summary['error'];
  readonly sourceOpen: boolean;
  readonly pointOfNoReturn: string | null;
}): string[] {
  const todo = (severity: Check['severity']): string[] =>
    run.checks
      .filter((check) => check.severity === severity && check.todo !== null && check.overridden === null)
      .map((check) => `${check.title}: ${check.todo}`);
  switch (run.verdict) {
    case 'checked':
      return [...todo('WARNING'), 'Rehearse: npm run rehearse, or the journey in mode “rehearsal”.'];
    case 'rehearsed':
      return [
        ...todo('WARNING'),
        ...(run.plan.databasesOnly
          ? [
              'Look through the tables: names, rows and sizes should be those that you expect.',
              'For a cutover, deploy Passage to AWS and give the migration its source.ecs, target.eks, dns and approvals.',
            ]
          : [
              'Choose a window that holds the longer end of the predicted freeze.',
              'Cut over while this rehearsal is fresh: start the journey in mode “cutover” (for the sample: npm run cutover).',
            ]),
      ];
    case 'cut over':
      return [
        'Sign in at the usual address, open an application that reads a resource and run a query.',
        'Leave the old services at zero and the old database as it is: it is the way back until the soak ends.',
        'After the soak of 7 days, take a last snapshot of the old database and remove the old stack.',
      ];
    case 'unwound':
      return [
        ...(run.error === null ? [] : [`Read ${run.error.runbook}: what ${run.error.name} means and how to mend it.`]),
        'See that users can sign in on the source again.',
        'Rehearse again, then cut over in the next window.',
      ];
    case 'failed':
      if (run.pointOfNoReturn !== null) {
        return [
          'Do not start the old services: the target has been open to writes.',
          'Look at both sides: npm run passage -- diagnose.',
        ];
      }
      return [
        ...(run.sourceOpen
          ? []
          : ['The source is closed. See why, and what is left to undo: npm run passage -- diagnose.']),
        ...todo('BLOCKER'),
        ...(run.error === null ? [] : [`Read ${run.error.runbook}: what ${run.error.name} means and how to mend it.`]),
        'Rehearse again.',
      ];
  }
}
