import type { Boot } from '../workflow/documents/boot.ts';
import type { Finding } from '../workflow/documents/preflight.ts';
import type { Plan } from '../workflow/documents/run.ts';
import type { Summary } from '../workflow/summary.ts';
import { decidedEnd } from './decided-end.ts';
import { openWarnings } from './preflight/preflight.ts';

type Readiness = Summary['readiness'];

/** The check that names unknown variables. */
export const UNKNOWN_VARIABLES = 'variables-unknown';

/** What a cutover would still have to be told or rid of, the gravest first. */
export function openPoints(
  checks: readonly Finding[],
  variables: readonly Pick<Summary['variables'][number], 'fate'>[],
  { unbooted = false, keyUnproved = false }: { readonly unbooted?: boolean; readonly keyUnproved?: boolean } = {},
): Readiness['open'] {
  const open = openWarnings(checks);
  // One warning speaks of them all, open or overridden: counted beside it, the sum would be none that anybody can find.
  const told = checks.some(({ id, severity }) => id === UNKNOWN_VARIABLES && severity === 'WARNING');
  const unknown = told ? 0 : variables.filter(({ fate }) => fate === 'ask').length;
  const stopping = checks.filter(({ stopsCutover }) => stopsCutover);
  const warnings = open.filter((check) => !check.stopsCutover);
  const points: Readiness['open'] = [
    { kind: 'blocker', count: stopping.length, section: 'checks' },
    { kind: 'unbooted', count: unbooted ? 1 : 0, section: 'left-out' },
    { kind: 'unproved key', count: keyUnproved ? 1 : 0, section: 'boot' },
    { kind: 'warning', count: warnings.length, section: 'checks' },
    { kind: 'unknown variable', count: unknown, section: 'variables' },
  ];
  return points.filter(({ count }) => count > 0);
}

const named: Readonly<Record<Readiness['open'][number]['kind'], (count: number) => string>> = {
  blocker: (count) => `${count} ${count === 1 ? 'finding that stops' : 'findings that stop'} a cutover`,
  unbooted: () => 'a rehearsal that boots the target',
  'unproved key': () => 'a key not proved by the application',
  warning: (count) => `${count} ${count === 1 ? 'warning' : 'warnings'} to decide`,
  'unknown variable': (count) => `${count} unknown ${count === 1 ? 'variable' : 'variables'}`,
};

/** `2 warnings to decide`: an open point in words. */
export const pointText = ({ kind, count }: Readiness['open'][number]): string => named[kind](count);

/** `1 finding that stops a cutover and 4 warnings to decide`; empty where nothing stands open. */
export const openText = (open: Readiness['open']): string => listed(open.map(pointText));

/** `a, b and c`. */
const listed = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;

const marks: Readonly<Record<Summary['verdict'], string>> = {
  checked: 'OK',
  rehearsed: 'READY',
  'cut over': 'OK',
  unwound: 'PUT BACK',
  'called off': 'CALLED OFF',
  failed: 'FAILED',
};

/** `READY`, `NOT YET`, `OK`, …: how a run ended, in a word at the beginning of a line. */
export const markOf = ({ verdict, readiness }: Pick<Summary, 'verdict' | 'readiness'>): string =>
  readiness.go === 'not yet' ? 'NOT YET' : marks[verdict];

/**
 * May we go? One sentence that can be forwarded without the report, and what stands open.
 * `freshUntil`: ISO 8601, until when a cutover is admitted on this rehearsal; null where nobody knows.
 */
export function readinessOf(run: {
  readonly verdict: Summary['verdict'];
  readonly plan: Pick<Plan, 'mode' | 'databasesOnly' | 'level'>;
  readonly checks: readonly Finding[];
  readonly variables: Summary['variables'];
  readonly boot: { readonly decryption: Pick<Boot['decryption'], 'proved'> } | null;
  readonly sourceOpen: boolean;
  readonly pointOfNoReturn: boolean;
  /** Whether people were asked for "go" and approved. */
  readonly approved: boolean;
  readonly freshUntil: string | null;
  readonly error: Pick<NonNullable<Summary['error']>, 'name'> | null;
}): Readiness {
  const { verdict, plan, freshUntil } = run;
  // A cutover is not admitted on a copy alone; where only databases were given there is nothing to boot.
  const unbooted = verdict === 'rehearsed' && plan.level === 'copy' && !plan.databasesOnly;
  // Healthy with any key: only a stored value that the application itself opened tells which it has.
  const keyUnproved = verdict === 'rehearsed' && run.boot?.decryption.proved === false;
  const open = openPoints(run.checks, run.variables, { unbooted, keyUnproved });
  const before = openText(open);
  // What is still to be mended makes another plan, which asks for another rehearsal.
  const ready = verdict === 'rehearsed' && open.length === 0 && !plan.databasesOnly;
  const validity = { freshUntil: ready ? freshUntil : null };
  const overridden = run.checks.filter((check) => check.overridden !== null).length;
  const decided = decidedEnd(run.error?.name ?? null);
  switch (verdict) {
    case 'cut over':
      return {
        go: 'done',
        sentence: `Done. Users work on the target.${acceptedSentence(open, run.approved)}`,
        open,
        ...validity,
      };
    case 'unwound':
      return {
        go: 'no',
        sentence: decided
          ? `Not moved: ${decided.because}. Users work on the source as before.`
          : 'Not moved. Users work on the source as before; find the cause and rehearse before the next try.',
        open,
        ...validity,
      };
    case 'called off':
      return {
        go: 'no',
        sentence: `No${decided ? `: ${decided.because}` : ''}. Users work on the source as before.`,
        open,
        ...validity,
      };
    case 'failed':
      return { go: 'no', sentence: failedSentence(run), open, ...validity };
    case 'checked':
      return {
        go: 'not yet',
        sentence: `Not yet. Nothing was copied in this run; rehearse next.${open.length > 0 ? ` Before a cutover: ${before}.` : ''}`,
        open,
        ...validity,
      };
    case 'rehearsed':
      if (plan.databasesOnly) {
        return {
          go: 'not yet',
          sentence: `Not yet. The databases can be carried over; the application around them was not looked at.${open.length > 0 ? ` Before a cutover: ${before}.` : ''}`,
          open,
          ...validity,
        };
      }
      return open.length > 0
        ? { go: 'not yet', sentence: `Not yet. Rehearsed; before a cutover: ${before}.`, open, ...validity }
        : {
            go: 'yes',
            sentence: `Yes. Rehearsed, and nothing stands open${overridden === 0 ? '' : ` but ${overridden === 1 ? 'one overridden warning, which this run saw again' : `${overridden} overridden warnings, which this run saw again`}`}.`,
            open,
            ...validity,
          };
  }
}

/** What stood open when a cutover began does not close by it. */
function acceptedSentence(open: Readiness['open'], approved: boolean): string {
  if (open.length === 0) return '';
  return approved
    ? ` People approved although this stood open: ${openText(open)}.`
    : ` When it began, this stood open: ${openText(open)}.`;
}

function failedSentence(run: {
  readonly plan: Pick<Plan, 'mode'>;
  readonly checks: readonly Finding[];
  readonly sourceOpen: boolean;
  readonly pointOfNoReturn: boolean;
}): string {
  const blockers = run.checks.filter(({ severity }) => severity === 'BLOCKER').length;
  if (run.pointOfNoReturn) {
    return 'Moved, but not finished. Users belong on the target; somebody has to look now, and nothing may be put back.';
  }
  if (!run.sourceOpen) return 'No. The source is still closed: nobody can work until somebody has looked.';
  if (blockers > 0) {
    return `No. ${pointText({ kind: 'blocker', count: blockers, section: 'checks' })}${run.plan.mode === 'preflight' ? '' : ', and the run ended there'}; users work on the source as before.`;
  }
  return 'No. The run ended before its goal; users work on the source as before.';
}
