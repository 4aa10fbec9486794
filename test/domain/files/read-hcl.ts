/**
 * Reads attributes of HCL as Terraform's specification says, as far as files of variables need them: what Terraform would
 * evaluate is an error.
 */
export function readHcl(text: string): Record<string, unknown> {
  let at = 0;
  const rest = () => text.slice(at);
  const fail = (what: string): never => {
    throw new SyntaxError(`${what} at ${JSON.stringify(rest().slice(0, 40))}`);
  };
  const take = (pattern: RegExp): string | undefined => {
    const [found] = new RegExp(`^(?:${pattern.source})`, pattern.flags).exec(rest()) ?? [];
    if (found !== undefined) at += found.length;
    return found;
  };
  const skip = () => take(/(?:\s|#[^\n]*(?:\n|$))*/);
  /** `$${` and `%%{` are themselves; `${` would be evaluated. */
  const template = (line: string): string => {
    if (/(?<!\$)\$\{|(?<!%)%\{/.test(line)) fail('a template');
    return line.replace(/([$%])\1\{/g, '$1{');
  };
  const quotedText = (): string => {
    const raw = take(/"(?:[^"\\\n]|\\(?:["\\nrt]|u[0-9a-f]{4}|U[0-9a-f]{8}))*"/) ?? fail('no text');
    return template(raw.slice(1, -1)).replace(/\\(?:([uU])([0-9a-f]+)|(.))/g, (_, __, code, single) =>
      code
        ? String.fromCodePoint(Number.parseInt(code, 16))
        : ({ n: '\n', r: '\r', t: '\t' }[single as string] ?? single),
    );
  };
  const value = (): unknown => {
    const word = take(/true\b|false\b|null\b|-?\d+(?:\.\d+)?\b/);
    if (word !== undefined) return JSON.parse(word);
    const marker = take(/<<\w+\n/)?.slice(2, -1);
    if (marker !== undefined) {
      const end = rest().search(new RegExp(`^[ \\t]*${marker}$`, 'm'));
      if (end < 0) fail(`no ${marker}`);
      const body = rest().slice(0, end);
      at += end;
      take(new RegExp(`[ \\t]*${marker}(?=\\n)`));
      return template(body);
    }
    if (take(/\{/)) {
      const inside = attributes();
      if (!take(/\}/)) fail('no }');
      return inside;
    }
    if (take(/\[/)) {
      const items: unknown[] = [];
      for (skip(); !take(/\]/); skip()) {
        items.push(value());
        skip();
        if (!take(/,/) && !rest().startsWith(']')) fail('no comma');
      }
      return items;
    }
    return quotedText();
  };
  const attributes = (): Record<string, unknown> => {
    const found: Record<string, unknown> = {};
    for (skip(); at < text.length && !rest().startsWith('}'); skip()) {
      const name = take(/[A-Za-z]\w*/) ?? fail('no name');
      if (!take(/ = /)) fail('no =');
      found[name] = value();
      if (!take(/\n/)) fail('no end of line');
    }
    return found;
  };
  const all = attributes();
  return at < text.length ? fail('more than attributes') : all;
}
