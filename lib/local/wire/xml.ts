import { XMLBuilder, XMLParser } from 'fast-xml-parser';

const builder = new XMLBuilder({ ignoreAttributes: false, attributeNamePrefix: '@', suppressBooleanAttributes: false });

/**
 * One document: `xml('Error', { Code: 'NoSuchKey' })`. An array repeats its element, `undefined` leaves it out,
 * a key that begins with `@` is an attribute; `namespace` becomes the root's xmlns.
 */
export function xml(root: string, content: Readonly<Record<string, unknown>>, namespace?: string): string {
  const tree = { [root]: namespace ? { '@xmlns': namespace, ...content } : content };
  return `<?xml version="1.0" encoding="UTF-8"?>\n${builder.build(tree)}`;
}

/**
 * Reads a document into plain objects whose leaves are strings, as they were written.
 * The elements named in `lists` are arrays even where only one occurs.
 */
export function parseXml(text: string, lists: readonly string[] = []): Record<string, unknown> {
  const parser = new XMLParser({
    ignoreAttributes: true,
    parseTagValue: false,
    trimValues: false,
    ignoreDeclaration: true,
    removeNSPrefix: true,
    // Numeric entities too: clients write a carriage return in a key as one.
    htmlEntities: true,
    isArray: (name) => lists.includes(name),
  });
  return parser.parse(text) as Record<string, unknown>;
}
