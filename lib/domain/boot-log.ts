/** What the vendor's application writes once every schema migration has run, or none was due. */
const MIGRATED = 'Database migrations are up to date.';

export const saysMigrated = (log: string): boolean => log.includes(MIGRATED);

/** Whether a log of an application that ended before it said so tells of a migration that failed. */
export function migrationFailed(log: string): boolean {
  if (saysMigrated(log)) return false;
  return /Sequelize\w*Error|\bmigrat\w*\b[^\n]*\b(fail\w*|error)\b|\b(fail\w*|error)\b[^\n]*\bmigrat\w*/i.test(log);
}

const LONGEST_LINE = 300;

/**
 * The last line that names an error, made fit to be shown: what may be a secret is left out, because a pod's log is
 * somebody else's and may hold anything.
 */
export function lastError(log: string): string | null {
  const lines = log
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^at\s/.test(line));
  const line =
    lines.findLast((each) => /error|fail|exception|denied|refused|cannot|could not/i.test(each)) ?? lines.at(-1);
  return line === undefined ? null : shown(line);
}

/** A line without what may be a secret: credentials in URLs, values after telling names, and long tokens. */
export function shown(line: string): string {
  const safe = line
    .replace(/\b([a-z][a-z0-9+.-]*:\/\/)[^\s/@]*@/gi, '$1…@')
    .replace(/\b([\w-]*(?:password|secret|token|key|authorization))(["']?\s*[:=]\s*)("[^"]*"|'[^']*'|\S+)/gi, '$1$2…')
    .replace(/(?<![\w./-])(?=[\w+/=-]*\d)(?=[\w+/=-]*[A-Za-z])[\w+/=-]{24,}/g, '…');
  return safe.length > LONGEST_LINE ? `${safe.slice(0, LONGEST_LINE)}…` : safe;
}
