/** Letters that may be missing, in excess or wrong in a name that was meant. */
const FAR = 3;

/** The candidate that somebody who wrote `name` may have meant; null when none is near. */
export function nearest(name: string, candidates: readonly string[]): string | null {
  const ranked = candidates
    .map((candidate) => ({ candidate, far: distance(name.toUpperCase(), candidate.toUpperCase()) }))
    .filter(({ candidate, far }) => far <= Math.min(FAR, candidate.length / 3))
    .sort((a, b) => a.far - b.far);
  return ranked[0]?.candidate ?? null;
}

/** How many letters must be put in, taken out or exchanged (Levenshtein). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, letter] of [...a].entries()) {
    const above = row;
    row = [i + 1];
    for (const [j, other] of [...b].entries()) {
      row.push(Math.min((above[j + 1] ?? 0) + 1, (row[j] ?? 0) + 1, (above[j] ?? 0) + (letter === other ? 0 : 1)));
    }
  }
  return row.at(-1) ?? 0;
}
