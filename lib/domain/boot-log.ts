/** What the vendor's application writes once every schema migration has run, or none was due. */
const MIGRATED = 'Database migrations are up to date.';

export const saysMigrated = (log: string): boolean => log.includes(MIGRATED);

/** Whether a log of an application that ended before it said so tells of a migration that failed. */
export function migrationFailed(log: string): boolean {
  if (saysMigrated(log)) return false;
  const failure = /Sequelize\w*Error|\bmigrat\w*\b.*\b(fail\w*|error)\b|\b(fail\w*|error)\b.*\bmigrat\w*/i;
  return log.split('\n').some((line) => failure.test(line.slice(0, LONGEST_READ)));
}

const LONGEST_LINE = 300;
/** Characters of a line that are looked at. */
const LONGEST_READ = 500;

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

/** Where a name in double quotes is one of the schema, and tells what went wrong. */
const NAMED = /^(?:relation|column|table|constraint|index|schema|extension) "[A-Za-z_]\w{0,62}"$/;
/** As `20260301080000-add-name.js`: which migration it was. */
const MIGRATION = /^\d{14}-[a-z][a-z-]*(?:\.[jt]s)?$/;
const SECRET_WORD = 'pass(?:word|wd|phrase|code)?|pwd|secret|token|key|credentials?|authorization|auth|cookie|jwt|salt';

/**
 * A line without what may be a secret, rather too little of it than too much: what follows a telling word, credentials
 * in URLs, every value that is quoted, in parentheses or assigned, addresses, and tokens of letters and digits.
 */
export function shown(line: string): string {
  // First, because the patterns below look back: a line may have any length.
  const safe = line
    .slice(0, LONGEST_READ)
    .replace(/\b(bearer|basic)\s.*/i, '$1 …')
    .replace(new RegExp(`((?:${SECRET_WORD})[\\w-]*\\\\?["'\`]?\\s*(?:[=:]|\\b(?:is|was)\\b)).*`, 'i'), '$1 …')
    .replace(/\b([a-z][a-z0-9+.-]*:\/\/).*@/gi, '$1…@')
    .replace(/\(.*(?:\)|$)/, '(…)')
    .replace(/(?:\b[a-z]+ )?"(?:\\.|[^"\\])*(?:"|\\?$)/g, (quoted) =>
      NAMED.test(quoted) ? quoted : quoted.replace(/".*/, '"…"'),
    )
    // An apostrophe within a word opens nothing; SQL's E'…' does.
    .replace(/(?<![A-Za-z]{2})'.*?(?:'(?!\w)|$)/g, "'…'")
    .replace(/`[^`]*(?:`|$)/g, '`…`')
    .replace(/=\s*[^\s…]+/g, '=…')
    .replace(/[\w+/=.~%-]{16,}/g, (token) =>
      /\d/.test(token) && /[A-Za-z]/.test(token) && !MIGRATION.test(token) ? '…' : token,
    )
    .replace(/\beyJ[\w.-]*/g, '…')
    .replace(/[\w.+%-]+@(?=[\w-]+\.)/g, '…@');
  return safe.length > LONGEST_LINE ? `${safe.slice(0, LONGEST_LINE)}…` : safe;
}
