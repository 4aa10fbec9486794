import type { Played } from './play.ts';

/** The report of a pack: a table by kind and feature, each failure with its reason, and the sum as the last line. */
export function report(played: readonly Played[]): string[] {
  const failures = played.filter(({ verdict }) => verdict === 'failed');
  return [
    ...table(rowsOf(played)),
    '',
    ...failures.flatMap(({ row, reasons }) => [
      `FAILED ${row.name}`,
      ...reasons.slice(0, 3).map((text) => `  ${text}`),
    ]),
    ...(failures.length > 0 ? [''] : []),
    ...refusals(played),
    sum(played),
  ];
}

/** `N passed, N failed`. */
const sum = (played: readonly Played[]): string =>
  `${count(played, 'passed')} passed, ${count(played, 'failed')} failed`;

const count = (played: readonly Played[], verdict: Played['verdict']): number =>
  played.filter((one) => one.verdict === verdict).length;

function refusals(played: readonly Played[]): string[] {
  const refused = played.filter(({ verdict }) => verdict === 'refused');
  if (refused.length === 0) return [];
  const languages = [...new Set(refused.map(({ row }) => row.queryLanguage))].sort().map((language) => {
    const of = refused.filter(({ row }) => row.queryLanguage === language);
    return `${of.length} ${language}`;
  });
  return [`Refused at load, as they must be, because only JSONata is run here: ${languages.join(', ')}.`];
}

function rowsOf(played: readonly Played[]): string[][] {
  const kinds = [...new Set(played.map(({ row }) => row.kind))];
  const rows = [['kind', 'feature', 'passed', 'failed', 'refused']];
  for (const kind of kinds) {
    const ofKind = played.filter(({ row }) => row.kind === kind);
    rows.push([kind, '(all)', ...counts(ofKind)]);
    // What is refused is counted above; by feature only what was played is of interest.
    const ran = ofKind.filter(({ verdict }) => verdict !== 'refused');
    const features = [...new Set(ran.flatMap(({ row }) => row.features))].sort();
    for (const feature of features) {
      rows.push(['', feature, ...counts(ran.filter(({ row }) => row.features.includes(feature)))]);
    }
  }
  return rows;
}

const counts = (played: readonly Played[]): string[] => [
  String(count(played, 'passed')),
  String(count(played, 'failed')),
  String(count(played, 'refused')),
];

function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  return rows.map((row) =>
    row
      .map((cell, column) => (column < 2 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}
