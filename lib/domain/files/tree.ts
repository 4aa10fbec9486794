/** What `terraform.tfvars` and YAML files have in common: named values, in order, with comments for people. */

type Scalar = string | number | boolean | null;
export type Value = Scalar | Tree | readonly Value[];

export interface Entry {
  readonly key: string;
  readonly value: Value;
  /** Stands above it, a line each. */
  readonly comment: readonly string[];
  /** Not known: it is written behind a comment sign, for a person to fill in. */
  readonly open: boolean;
}

/** Entries in order; what is `null` or `false` is left out. */
export class Tree {
  readonly entries: readonly Entry[];
  constructor(...entries: readonly (Entry | null | false)[]) {
    this.entries = entries.filter((entry) => entry !== null && entry !== false);
  }
}

export const entry = (key: string, value: Value, ...comment: readonly string[]): Entry => ({
  key,
  value,
  comment,
  open: false,
});

/** Something that Passage does not know; `value` shows its form. */
export const open = (key: string, value: Value, ...comment: readonly string[]): Entry => ({
  key,
  value,
  comment,
  open: true,
});

/** Characters that neither show what they are nor belong into a line: control, format, surrogates, line separators. */
const hidden = /[\p{C}\p{Zl}\p{Zp}]/gu;

/** A line of a comment; it ends where it should, whatever it quotes. */
export const commented = (line: string): string => (line === '' ? '#' : `# ${line.replace(hidden, '\ufffd')}`);

/** An entry's lines at the top of a file, apart from those before it where a comment introduces it. */
export const spaced = ({ comment }: Entry, lines: readonly string[]): readonly string[] =>
  comment.length > 0 ? ['', ...lines] : lines;

const named: Readonly<Record<string, string>> = { '"': '\\"', '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** In double quotes on one line, in the escapes that YAML and HCL share. */
export const quoted = (text: string): string =>
  `"${text.replace(/["\\]/g, (character) => named[character]!).replace(hidden, escaped)}"`;

function escaped(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  // Half of a pair, which neither format can hold.
  if (code >= 0xd800 && code <= 0xdfff) return '\ufffd';
  return named[character] ?? (code <= 0xffff ? `\\u${hexadecimal(code, 4)}` : `\\U${hexadecimal(code, 8)}`);
}

const hexadecimal = (code: number, digits: number): string => code.toString(16).padStart(digits, '0');
