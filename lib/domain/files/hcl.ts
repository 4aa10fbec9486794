import { commented, type Entry, quoted, spaced, Tree, type Value } from './tree.ts';

/** Terraform replaces what stands in these wherever a text is read, also in a heredoc; doubled they are themselves. */
const literal = (text: string): string => text.replace(/[$%]\{/g, (sign) => `${sign[0]}${sign}`);

/** Ends a text of several lines. */
const END = 'END_OF_TEXT';

/**
 * Attributes as in `terraform.tfvars`. A text that ends with a line break becomes a heredoc.
 * @param head comment lines at the top
 */
export const hcl = (tree: Tree, head: readonly string[] = []): string =>
  [...head.map(commented), ...tree.entries.flatMap((each) => spaced(each, lines(each, '')))]
    .map((line) => `${line}\n`)
    .join('');

const attributes = ({ entries }: Tree, indent: string): string[] => entries.flatMap((each) => lines(each, indent));

function lines({ key, value, comment, open }: Entry, indent: string): string[] {
  if (!/^[A-Za-z]\w*$/.test(key)) throw new TypeError(`${JSON.stringify(key)} is no identifier of Terraform`);
  const all = `${indent}${key} = ${expression(value, indent)}`.split('\n');
  return [
    ...comment.map((line) => `${indent}${commented(line)}`),
    ...(open ? all.map((line) => `${indent}# ${line.slice(indent.length)}`) : all),
  ];
}

function expression(value: Value, indent: string): string {
  const deeper = `${indent}  `;
  if (typeof value === 'string') return value.endsWith('\n') ? heredoc(value) : literal(quoted(value));
  if (value instanceof Tree) return ['{', ...attributes(value, deeper), `${indent}}`].join('\n');
  if (!Array.isArray(value)) return String(value);
  // The comma after a heredoc stands on the next line, because nothing may follow its end.
  const items = (value as readonly Value[]).map((item) => {
    const text = expression(item, deeper);
    return `${deeper}${text}${text.endsWith(END) ? `\n${deeper},` : ','}`;
  });
  return items.length === 0 ? '[]' : ['[', ...items, `${indent}]`].join('\n');
}

function heredoc(text: string): string {
  const body = text.slice(0, -1).split('\n');
  if (body.some((line) => line.trim() === END)) throw new TypeError(`a text holds ${END}, which would end it`);
  return [`<<${END}`, ...body.map(literal), END].join('\n');
}
