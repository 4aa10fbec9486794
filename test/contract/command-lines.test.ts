import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { commandLine } from '../../lib/commands/main.ts';
import product from '../../package.json' with { type: 'json' };

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const scripts: Readonly<Record<string, string>> = product.scripts;

/** What a document or a message tells people to type. */
interface Told {
  readonly at: string;
  readonly script: string;
  /** After the script's name. */
  readonly words: readonly string[];
  /** Every word of it is to be typed; in a sentence, the words that follow may be the sentence's. */
  readonly exact: boolean;
}

/** With a word for `<file>` and `${name}`, all that may be left out, as `[--json]`, and nothing for `…` or an escape. */
const filledIn = (text: string): string =>
  text
    .replace(/\$\{[^}]*\}|<[^>]*>/g, 'x')
    .replace(/\[([^\]]*)\]/g, '$1')
    .replace(/…|\\/g, '');

function toldIn(file: string): Told[] {
  let fenced = false;
  return readFileSync(`${ROOT}${file}`, 'utf8')
    .split('\n')
    .flatMap((line, index) => {
      if (line.startsWith('```')) fenced = !fenced;
      const parts = line.split(/(?=\bnpm (?:run|test)\b)/);
      return parts.flatMap((part, which) => {
        const [, named, rest = ''] = /^npm (?:run (?:--silent )?([\w:]+)|test)(.*)/.exec(part) ?? [];
        if (!part.startsWith('npm ')) return [];
        const quote = /["'`]$/.exec(parts[which - 1] ?? '')?.[0];
        const [typed = ''] = rest.split(fenced ? ' #' : (quote ?? /["'`\\|;)]|[,.:](?=[\s"'`]|$)/));
        const words = filledIn(typed).split(/\s+/).filter(Boolean);
        const exact = fenced || quote !== undefined;
        return [{ at: `${file}:${index + 1}`, script: named ?? 'test', words, exact }];
      });
    });
}

/** What is wrong with it, as whoever types it would learn; null where nothing is. */
function mistakeIn({ at, script, words, exact }: Told): string | null {
  const line = `${at}: npm run ${[script, ...words].join(' ')}`;
  const command = scripts[script];
  if (command === undefined) return `${line}: there is no such script`;
  const dashes = words.indexOf('--');
  const before = dashes < 0 ? words : words.slice(0, dashes);
  // npm takes options for its own where no "--" stands before them.
  if (exact && before.some((word) => word.startsWith('-'))) return `${line}: npm keeps its options for itself`;
  const [, own] = /^node bin\/passage\.ts ?(.*)$/.exec(command) ?? [];
  const typed = words.length > 0 && (exact || dashes >= 0);
  // What is only named, and what is the beginning of others.
  if (own === undefined || !typed || words.join() === '--') return null;
  try {
    commandLine([...own.split(' '), ...before, ...(dashes < 0 ? [] : words.slice(dashes + 1))].filter(Boolean));
    return null;
  } catch (error) {
    return `${line}: ${(error as Error).message}`;
  }
}

const told = globSync(['*.md', '{docs,statemachines}/**/*.md', '{lib,lambdas,benchmark}/**/*.{ts,sql,mjs}', '.ci/*'], {
  cwd: ROOT,
}).flatMap(toldIn);

test('what documents, messages and help texts tell people to type is understood', () => {
  expect(told.length).toBeGreaterThan(60);
  expect(told.map(mistakeIn).filter((mistake) => mistake !== null)).toEqual([]);
});

test.each([
  ['passage', ['--', 'preflight', '--', '--migration', 'x'], /takes nothing but options/],
  ['passage', ['--', 'runs', '--jsn'], /--jsn/],
  ['passage', ['--', 'shwo', 'x'], /no command "shwo"/],
  ['rehearse', ['--level', 'copy'], /npm keeps its options/],
  ['rehaerse', [], /no such script/],
  ['passage', ['show'], /takes <run>/],
])('"npm run %s" with %j is found out', (script, words, mistake) => {
  expect(mistakeIn({ at: 'here', script, words, exact: true })).toMatch(mistake);
});
