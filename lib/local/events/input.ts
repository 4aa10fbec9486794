import type { EventTarget } from '../assembly/triggers.ts';

/** What a target gets for an event. */
export type Transform = (event: Readonly<Record<string, unknown>>) => unknown;

/**
 * Reads how a target wants its events: as they are, a constant (`input`), a part (`inputPath`), or a template.
 * A path or template that is not understood is refused when the rule is loaded.
 */
export function compileInput(target: EventTarget, rule: { readonly name: string; readonly arn: string }): Transform {
  const where = `target ${target.id} of ${rule.name}`;
  if (target.input !== undefined) {
    const constant = parse(target.input, where);
    return () => constant;
  }
  if (target.inputPath !== undefined) return compilePath(target.inputPath, where);
  if (target.inputTransformer) return compileTemplate(target.inputTransformer, rule, where);
  return (event) => event;
}

/** `$.detail.items[0]['a b']` */
function compilePath(path: string, where: string): Transform {
  const steps = [...path.matchAll(/\.([\w-]+)|\[(\d+)\]|\['([^']+)'\]/g)];
  if (!path.startsWith('$') || steps.map(([step]) => step).join('') !== path.slice(1)) {
    throw new Error(`The input path ${path} (${where}) is not supported: only fields and indices are.`);
  }
  return (event) =>
    steps.reduce<unknown>((value, [, field, index, quoted]) => {
      if (typeof value !== 'object' || value === null) return undefined;
      return (value as Readonly<Record<string, unknown>>)[field ?? index ?? quoted ?? ''];
    }, event);
}

/** Values take the place of `<name>`: inside of quotes as text, outside as JSON. */
function compileTemplate(
  { paths, template }: NonNullable<EventTarget['inputTransformer']>,
  rule: { readonly name: string; readonly arn: string },
  where: string,
): Transform {
  const variables = new Map<string, Transform>([
    ['aws.events.rule-arn', () => rule.arn],
    ['aws.events.rule-name', () => rule.name],
    ['aws.events.event', (event) => event],
    ['aws.events.event.json', (event) => event],
    ['aws.events.event.ingestion-time', (event) => event.time],
    ...Object.entries(paths).map(([name, path]) => [name, compilePath(path, where)] as const),
  ]);
  // A quoted text with its escapes, or a placeholder outside of quotes.
  const tokens = /"(?:[^"\\]|\\.)*"|<[\w.-]+>/g;
  const placeholder = /<([\w.-]+)>/g;
  for (const [, name = ''] of template.matchAll(placeholder)) {
    if (!variables.has(name))
      throw new Error(`The input template uses <${name}>, which it does not define (${where}).`);
  }
  const value = (name: string, event: Parameters<Transform>[0]) => variables.get(name)?.(event);
  const asText = (found: unknown) => (typeof found === 'string' ? found : JSON.stringify(found ?? ''));
  return (event) => {
    const filled = template.replace(tokens, (token) =>
      token.startsWith('"')
        ? token.replace(placeholder, (_, name: string) => JSON.stringify(asText(value(name, event))).slice(1, -1))
        : JSON.stringify(value(token.slice(1, -1), event) ?? ''),
    );
    try {
      return JSON.parse(filled) as unknown;
    } catch {
      // A template may also be plain lines of text: there nothing is JSON.
      return template.replace(placeholder, (_, name: string) => asText(value(name, event)));
    }
  };
}

function parse(text: string, where: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new Error(`The input of ${where} is not JSON.`);
  }
}
