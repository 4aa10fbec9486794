import { checkSums } from '../domain/check-sums.ts';
import { predictedFreeze } from '../domain/freeze-words.ts';
import { bytes, count, duration, interval, plural, utc } from '../domain/quantities.ts';
import { pointText } from '../domain/readiness.ts';
import type { Summary } from '../workflow/summary.ts';
import { cut, line, STEPS_SHOWN } from './lines.ts';

/** As many characters as a chat shows without folding a message. */
export const SHORT = 1500;
/** Characters of the answer, and of what it rests on: both with all that may stand open. */
const SENTENCE = 300;

/**
 * A run for mail and chat, without markup: the answer, what it rests on, what to do next and where more stands. At
 * most 1,500 characters.
 * @param where path or address of the whole report
 */
export function shortText(summary: Summary, where: string): string {
  const { readiness, checks, totals, freeze, error, next } = summary;
  const found = checkSums(checks);
  const differ = summary.tables.filter(({ equal }) => !equal).length + summary.differences.length;
  const facts = [
    totals &&
      `Copied: ${plural(totals.rows, 'row')}, ${bytes(totals.bytes)} as sent in ${plural(summary.tables.length, 'table')}, ${duration(totals.seconds)}; ${differ === 0 ? 'all equal' : 'NOT all equal'}.`,
    found.length > 0 && `Checks: ${found.join(', ')}.`,
    readiness.open.length > 0 && `Open: ${readiness.open.map(pointText).join(', ')}.`,
    freeze.measuredSeconds === null
      ? freeze.predicted &&
        `Freeze, predicted: ${predictedFreeze(freeze.predicted, freeze.decideSeconds, freeze.parts)}.`
      : `Freeze: ${duration(freeze.measuredSeconds)}${freeze.waitingSeconds ? `, ${duration(freeze.waitingSeconds)} of it people deciding` : ''}${freeze.predicted ? `; predicted ${interval(freeze.predicted)} without deciding` : ''}.`,
    readiness.freshUntil !== null && `A cutover is admitted on this rehearsal until ${utc(readiness.freshUntil)}.`,
  ].filter((fact) => typeof fact === 'string');
  const head = [
    cut(`${cut(line(summary.migration), 60)}, ${summary.mode}: ${readiness.sentence}`, SENTENCE),
    cut(summary.headline, SENTENCE),
    ...(error ? [cut(`${line(error.name)}: ${line(error.message)}`, 240), `See ${cut(line(error.runbook), 90)}`] : []),
  ];
  const steps = next.slice(0, STEPS_SHOWN).map((step, index) => `${index + 1}. ${cut(line(step), 150)}`);
  const tell = (factsTold: number, stepsTold: number): string =>
    [
      ...head,
      '',
      ...facts.slice(0, factsTold),
      ...others(facts.length - factsTold),
      '',
      'Next:',
      ...steps.slice(0, stepsTold),
      ...others(next.length - stepsTold),
      '',
      `Report: ${cut(line(where), 200)}`,
      '',
    ].join('\n');
  // The last steps give way first, then the last figures; without both it fits, whatever it is about.
  let [factsTold, stepsTold] = [facts.length, steps.length];
  while (tell(factsTold, stepsTold).length > SHORT && factsTold + stepsTold > 0) {
    if (stepsTold > 0) stepsTold -= 1;
    else factsTold -= 1;
  }
  return tell(factsTold, stepsTold);
}

const others = (number: number): string[] => (number > 0 ? [`… and ${count(number)} more in the report`] : []);
