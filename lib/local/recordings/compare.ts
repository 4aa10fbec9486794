import type { Json, JsonObject } from '../engine/engine.ts';

/** What changes from run to run: `<uuid:1>`. */
const MASK = /<[A-Za-z][\w:.-]*>/g;

/** The places where `actual` is not as recorded; masks stand for any text, and JSON text equals what it says. */
export function differences(expected: Json | undefined, actual: Json | undefined, path = ''): string[] {
  const differ = () => [`${path}: recorded ${shown(expected)}, got ${shown(actual)}`];
  // A placeholder whose value nobody recorded came in with the input: it may be whatever the recording says.
  if (typeof actual === 'string' && /^<opaque:[\w.]+>$/.test(actual) && typeof expected === 'string') return [];
  if (typeof expected === 'string') {
    if (expected === actual) return [];
    const [said, told] = [objectIn(expected), typeof actual === 'string' ? objectIn(actual) : undefined];
    if (said !== undefined && told !== undefined) return differences(said, told, path);
    const literals = expected.split(MASK);
    if (literals.length === 1) return differ();
    if (literals.every((part) => part === '')) return actual === undefined ? differ() : [];
    const pattern = new RegExp(`^${literals.map(escaped).join('[\\s\\S]*')}$`);
    return typeof actual === 'string' && pattern.test(actual) ? [] : differ();
  }
  if (typeof expected !== 'object' || expected === null) return expected === actual ? [] : differ();
  const value = typeof actual === 'string' ? jsonIn(actual) : actual;
  if (typeof value !== 'object' || value === null || Array.isArray(value) !== Array.isArray(expected)) return differ();
  const names = new Set([...Object.keys(expected), ...Object.keys(value)]);
  return [...names].flatMap((name) =>
    differences((expected as JsonObject)[name], (value as JsonObject)[name], `${path}/${name}`),
  );
}

const shown = (value: Json | undefined): string => {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 400 ? `${text.slice(0, 400)}…` : text;
};

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** An object or array that is written as a text: how it is spaced says nothing. */
function objectIn(text: string): Json | undefined {
  return /^\s*[[{]/.test(text) ? jsonIn(text) : undefined;
}

function jsonIn(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
