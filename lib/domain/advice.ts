import type { z } from 'zod';
import type { CheckId } from '../workflow/check-ids.ts';
import type { Boot } from '../workflow/documents/boot.ts';
import type { Finding } from '../workflow/documents/preflight.ts';
import type { Plan } from '../workflow/documents/run.ts';
import type { Summary } from '../workflow/summary.ts';
import { decidedEnd } from './decided-end.ts';
import { openWarnings } from './preflight/preflight.ts';
import { duration, several } from './quantities.ts';
import { UNKNOWN_VARIABLES } from './readiness.ts';

type Check = z.infer<typeof Finding>;

/** The check that names what single sign-on needs: INFO where the target was rightly without it before the freeze. */
const HELD_BACK = 'sso-held-back';
const AUTOSCALING = 'source-autoscaling';

/** What a run of this kind did not do, and why, so that nobody takes a green report for more than it is. */
export function leftOut(run: {
  readonly plan: Pick<Plan, 'mode' | 'databasesOnly' | 'keep'>;
  /** Null when the run ended before a proof; else what its copies do not hold. */
  readonly copied: Summary['leftOut'] | null;
  readonly froze: boolean;
  readonly rehearsed: boolean;
  /** Names of the scratch databases. */
  readonly kept: readonly string[];
  readonly boot: Summary['boot'];
}): Summary['leftOut'] {
  const out: Summary['leftOut'] = [];
  const say = (what: string, because: string): void => void out.push({ what, because });
  if (run.plan.databasesOnly) say('ECS, EKS and DNS', 'only databases were given');
  if (!run.copied) say('Copy and proof', 'the run ended before it');
  else out.push(...run.copied);
  if (run.plan.mode === 'preflight') say('Freeze, DNS and users', 'it was asked to look only');
  else if (run.plan.mode === 'rehearsal') {
    if (run.plan.keep && run.rehearsed)
      for (const database of run.kept)
        say(
          'Dropping the scratch database',
          `${database} on the target was to be kept; drop it when you are done with it`,
        );
    say('Freeze, DNS and users', 'a rehearsal never touches them');
    if (!run.boot) say('Starting the target application on the copy', 'no backend was booted on it');
    else say('Schedulers, workers and sign-on of the target', 'one backend was booted, without them');
  } else if (!run.froze) say('Freeze and switch', 'the run ended before them');
  if (!run.boot?.decryption.proved) {
    say('Decrypting stored credentials', 'keys are compared by fingerprint, and no stored value is opened');
  }
  say('Files outside the database', 'this journey copies PostgreSQL only');
  return out;
}

/** As many of one kind as somebody works through from a list; the others stand under the checks. */
const LISTED = 5;

/** What to do next, in order. */
export function nextSteps(run: {
  readonly verdict: Summary['verdict'];
  readonly plan: Pick<Plan, 'run' | 'migration' | 'mode' | 'databasesOnly' | 'level'>;
  readonly checks: readonly Check[];
  readonly variables: readonly Pick<Summary['variables'][number], 'name' | 'fate'>[];
  readonly boot: { readonly decryption: Pick<Boot['decryption'], 'proved'> } | null;
  readonly error: Summary['error'];
  readonly sourceOpen: boolean;
  readonly pointOfNoReturn: string | null;
  /** Seconds; null where nothing is predicted, or nobody is asked. */
  readonly freeze: { readonly high: number | null; readonly decide: number | null };
}): string[] {
  const runbook =
    run.error === null ? [] : [`Read ${run.error.runbook}: what ${run.error.name} means and how to mend it.`];
  const decided = decidedEnd(run.error?.name ?? null);
  switch (run.verdict) {
    case 'checked':
      return [...decisions(run), 'Rehearse: npm run rehearse, or the journey in mode “rehearsal”.'];
    case 'rehearsed':
      return [
        ...decisions(run),
        ...(run.plan.databasesOnly
          ? [
              'Look through the tables: names, rows and sizes should be those that you expect.',
              'For a cutover, deploy Passage to AWS and give the migration its source.ecs, target.eks, dns and approvals.',
            ]
          : [
              ...promised(run),
              ...(run.plan.level === 'copy' ? ['Rehearse with level “boot”: a cutover is admitted on no less.'] : []),
              ...(decisions(run).length > 0
                ? ['Rehearse again once that is done: what you change is part of what was rehearsed.']
                : [
                    `Choose a window that holds the longest freeze${run.freeze.high === null ? '' : `, ${duration(run.freeze.high)}`}${run.freeze.decide === null ? '' : `, and ${duration(run.freeze.decide)} to decide on “switch”`}.`,
                    'Cut over while this rehearsal is fresh: start the journey in mode “cutover” (on this machine: npm run cutover).',
                  ]),
            ]),
      ];
    case 'cut over':
      return [
        'Sign in at the usual address, open an application that reads a resource and run a query.',
        'Leave the old services at zero and the old database as it is for at least a week. Going back to it is done by hand, and loses what was written since the switch: docs/runbook.md#going-back-after-the-point-of-no-return-by-hand.',
        ...leftOpen(run),
        'After that, remove the old services one by one, never the stack as a whole: it may hold the secret of the encryption key and Retool Database. Keep every secret that the target reads (files/terraform.tfvars names them), and take a last snapshot before the old database goes.',
      ];
    case 'unwound':
      return [
        ...runbook,
        'See that users can sign in on the source again.',
        decided?.next ?? 'Rehearse again, then cut over in the next window.',
      ];
    case 'called off':
      return [...runbook, decided?.next ?? 'Start it again.'];
    case 'failed':
      if (run.pointOfNoReturn !== null) {
        return [
          'Do not start the old services: the target has been open to writes.',
          'Look at both sides: npm run passage -- diagnose.',
          ...runbook,
        ];
      }
      return [
        ...(run.sourceOpen
          ? []
          : ['The source is closed. See why, and what is left to undo: npm run passage -- diagnose.']),
        ...steps(run.checks.filter(({ severity }) => severity === 'BLOCKER')),
        ...runbook,
        decided?.next ??
          (run.plan.mode === 'preflight'
            ? 'Look again: npm run passage -- preflight, or mode “preflight”.'
            : 'Rehearse again.'),
      ];
  }
}

/** What has to be mended or decided before a cutover: what stops it, then unknown variables, then warnings. */
function decisions(run: Pick<Parameters<typeof nextSteps>[0], 'checks' | 'variables' | 'boot'>): string[] {
  const open = openWarnings(run.checks);
  const unknown = run.variables.filter(({ fate }) => fate === 'ask').map(({ name }) => name);
  const isUnknown = ({ id }: Check): boolean => unknown.length > 0 && id === UNKNOWN_VARIABLES;
  const asked = open.some(isUnknown) ? [`Say “carry” or “drop” in source.ecs.variables for ${several(unknown)}.`] : [];
  const unproved =
    run.boot?.decryption.proved === false
      ? [
          'See under “Boot” why the application did not prove its key; it is asked with the token that target.application.boot.apiTokenSecret names.',
        ]
      : [];
  return [
    ...steps(open.filter(({ stopsCutover }) => stopsCutover)),
    ...unproved,
    ...asked,
    ...steps(open.filter((check) => !check.stopsCutover && !isUnknown(check))),
  ];
}

/** What they warn of is over with the cutover: the freeze, the copy, the people. */
const OVER: ReadonlySet<string> = new Set<CheckId>([
  'approval-deadlines',
  'approvers-quorum',
  'approvers-reachable',
  'connections',
  'database-growth',
  'dns-ttl',
  'drift-since-rehearsal',
  'freeze-window',
  'old-transactions',
  'recopied-tables',
  'rehearsal-fresh',
  'running-workflows',
  'schedule',
  'server-maintenance',
  AUTOSCALING,
]);

/** After a cutover: what stood open when it was approved is still to be mended, now on the target. What harms most is first. */
function leftOpen(run: Pick<Parameters<typeof nextSteps>[0], 'checks' | 'variables'>): string[] {
  const unknown = run.variables.filter(({ fate }) => fate === 'ask').map(({ name }) => name);
  const isUnknown = ({ id }: Check): boolean => unknown.length > 0 && id === UNKNOWN_VARIABLES;
  const held = run.checks.find(({ id, severity }) => id === HELD_BACK && severity === 'INFO');
  return [
    ...(run.checks.some(({ id, severity }) => id === AUTOSCALING && severity === 'WARNING')
      ? [
          'Remove the auto scaling of the old services (aws application-autoscaling deregister-scalable-target): an alarm or a scheduled action would start their tasks again.',
        ]
      : []),
    ...(openWarnings(run.checks).some(isUnknown)
      ? [
          `Left open: ${several(unknown)} ${unknown.length === 1 ? 'is' : 'are'} not set on the target, as nobody said “carry” or “drop” → Set by hand what the application needs.`,
        ]
      : []),
    // Null where nothing is held back.
    ...(held?.todo
      ? [
          `Single sign-on was not set when “go” was asked (${shortened(held.saw.replace(/\.$/, ''))}). If nobody set it before “switch”, users cannot sign in by it: run files/create-secrets.mjs --write --held of this run now, restart the pods, and sign in by it.`,
        ]
      : []),
    ...steps(openWarnings(run.checks).filter((check) => !isUnknown(check) && !OVER.has(check.id))).map(
      (step) => `Left open: ${step}`,
    ),
  ];
}

/** An override is often a promise; where it says that something is done, this run has not seen it. */
function promised({ checks }: Pick<Parameters<typeof nextSteps>[0], 'checks'>): string[] {
  const ids = checks.filter(({ overridden }) => overridden !== null).map(({ id }) => id);
  if (ids.length === 0) return [];
  return [`Overridden in this run: ${several(ids)}. Check that each reason still holds.`];
}

/** Characters of what was seen that a step repeats; all of it stands under the checks. */
const SEEN = 160;
const shortened = (saw: string): string => (saw.length <= SEEN ? saw : `${saw.slice(0, SEEN - 1)}…`);

function steps(checks: readonly Check[]): string[] {
  const told = checks.flatMap(({ saw, todo, overridden }) =>
    todo === null || overridden !== null ? [] : [`${shortened(saw)} → ${todo}`],
  );
  const more = told.length - LISTED;
  return more <= 1 ? told : [...told.slice(0, LISTED), `Decide ${more} more like these; each stands under the checks.`];
}
