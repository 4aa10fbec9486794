/** The value of a JSON text; `undefined`, which no schema takes for a document, where the text is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
