import { checkSums } from '../domain/check-sums.ts';
import type { Summary } from '../workflow/summary.ts';
import { line, wrap } from './lines.ts';

type Check = Summary['checks'][number];

/** The gravest last: that is where a terminal stands at the end. */
const order = ['PASS', 'INFO', 'WARNING', 'BLOCKER'] as const;

/** What passed takes a line; anything else says what was seen and what to do. */
function told(check: Check, width: number): string[] {
  const { id, title, saw, todo, overridden, runbook, severity } = check;
  if (severity === 'PASS') return wrap(`${line(title)} (${id}).`, width, '  ', '    ');
  const advice = overridden === null ? todo && `Do: ${line(todo)}` : `Overridden: ${line(overridden)}`;
  return [
    ...wrap(`${severity === 'INFO' ? '' : 'Wanted: '}${line(title)} (${id})`, width, '  ', '    '),
    ...wrap(line(saw), width, '    ', '    '),
    ...(advice ? wrap(advice, width, '    ', '    ') : []),
    `    ${runbook}`,
  ];
}

/**
 * The findings of preflight by severity, the gravest last, in plain text, and the sum of them. What passed is counted
 * there, and listed only where `all` asks for it.
 * @param width columns that a line may take
 */
export function findingsText(summary: Summary, width = 100, { all = false } = {}): string {
  const { checks, error } = summary;
  const blocks = order.flatMap((severity) => {
    const found = checks.filter((check) => check.severity === severity && (all || severity !== 'PASS'));
    return found.length === 0 ? [] : [severity, ...found.flatMap((check) => told(check, width)), ''];
  });
  const sum = checkSums(checks, { none: true }).join(', ');
  const passed = checks.some(({ severity }) => severity === 'PASS');
  // What blocks is told above, one by one.
  const why = error && error.name !== 'PreflightBlocked' ? ` ${line(error.message)}` : '';
  const failure = error === null ? [] : wrap(`${line(error.name)}:${why} see ${error.runbook}`, width);
  const counted = checks.length === 0 ? [] : [`${sum}.${passed && !all ? ' --all lists what passed.' : ''}`];
  return [...blocks, ...counted, ...failure].join('\n');
}
