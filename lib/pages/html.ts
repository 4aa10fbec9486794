/** Text that is HTML already. Only `html` and `trusted` make one. */
export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
  toString(): string {
    return this.text;
  }
}

type Content = Html | string | number | null | undefined | false | readonly Content[];

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/**
 * Control and format characters (escape sequences, zero-width ones, bidirectional marks) reorder or hide text. A
 * table's name or a reason must not look like something else, so each becomes the replacement character.
 */
const deceptive = /(?![\t\n\r])[\p{Cc}\p{Cf}]/gu;

/** Text made visible as it is, for plain text as well as for HTML. */
export const visible = (text: string): string => text.replace(deceptive, '\ufffd');

const escaped = (text: string): string => visible(text).replace(/[&<>"']/g, (character) => entities[character]!);

function render(content: Content): string {
  if (content instanceof Html) return content.text;
  if (Array.isArray(content)) return content.map(render).join('');
  if (content === null || content === undefined || content === false) return '';
  return escaped(String(content));
}

/** Template tag: whatever is put in is escaped, unless it is HTML itself. Attribute values must stand in quotes. */
export function html(strings: TemplateStringsArray, ...values: readonly Content[]): Html {
  return new Html(strings.reduce((text, part, index) => text + render(values[index - 1]) + part));
}

/** A constant of this project, such as a style sheet. Never anything that was read or received. */
export const trusted = (constant: string): Html => new Html(constant);
