import { commented, type Entry, quoted, spaced, Tree, type Value } from './tree.ts';

/** A key that YAML cannot take for anything else; `no` and its like are among those that are quoted. */
const PLAIN = /^(?!(?:y|n|yes|no|on|off|true|false|null)$)[A-Za-z][A-Za-z0-9_-]*$/i;

/**
 * A document of block mappings. Texts are always quoted, so that no version of YAML takes one for a number or `no`.
 * @param head comment lines at the top
 */
export const yaml = (tree: Tree, head: readonly string[] = []): string =>
  [...head.map(commented), ...tree.entries.flatMap((each) => spaced(each, lines(each)))]
    .map((line) => `${line}\n`)
    .join('');

/** Several documents in one file. */
export const yamls = (trees: readonly Tree[], head: readonly string[] = []): string =>
  [...head.map((line) => `${commented(line)}\n`), ...trees.map((tree) => `---\n${yaml(tree)}`)].join('');

const mapping = ({ entries }: Tree): string[] => entries.flatMap(lines);

function lines({ key, value, comment, open }: Entry): string[] {
  const name = PLAIN.test(key) ? key : quoted(key);
  const block = isBlock(value) ? inner(value).map((line) => `  ${line}`) : null;
  const all = block ? [`${name}:`, ...block] : [`${name}: ${flow(value)}`];
  return [...comment.map(commented), ...(open ? all.map((line) => `# ${line}`) : all)];
}

const isBlock = (value: Value): value is Tree | readonly Value[] =>
  value instanceof Tree ? value.entries.some((entry) => !entry.open) : Array.isArray(value) && value.length > 0;

function inner(value: Tree | readonly Value[]): string[] {
  if (value instanceof Tree) return mapping(value);
  return value.flatMap((item) =>
    isBlock(item) ? inner(item).map((line, index) => (index === 0 ? `- ${line}` : `  ${line}`)) : [`- ${flow(item)}`],
  );
}

function flow(value: Value): string {
  if (typeof value === 'string') return quoted(value);
  if (value instanceof Tree) return '{}';
  return Array.isArray(value) ? '[]' : String(value);
}
