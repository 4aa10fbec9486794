/** The first few of many names, and how many more there are. */
export function several(names: readonly string[], shown = 5): string {
  const rest = names.length - shown;
  return rest > 0 ? `${names.slice(0, shown).join(', ')} and ${rest} more` : names.join(', ');
}

const units = [
  { unit: 'TB', bytes: 1e12 },
  { unit: 'GB', bytes: 1e9 },
  { unit: 'MB', bytes: 1e6 },
] as const;

/** `2.5 GB`; what is less than a megabyte counts as one. */
export function size(bytes: number): string {
  const { unit, bytes: one } = units.find((each) => bytes >= each.bytes) ?? units[2];
  return `${Number(Math.max(1, bytes / one).toPrecision(3))} ${unit}`;
}

/** A limit or an estimate: whole seconds, minutes or hours, rounded up. What is measured or predicted reads as in ../duration.ts. */
export function duration(seconds: number): string {
  if (seconds < 120) return `${Math.ceil(seconds)} s`;
  return seconds < 7200 ? `${Math.ceil(seconds / 60)} min` : `${Math.ceil(seconds / 3600)} h`;
}
