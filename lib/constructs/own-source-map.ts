import { decode, encode } from '@jridgewell/sourcemap-codec';

/** A source map as esbuild writes it, version 3. */
interface SourceMap {
  readonly sources: readonly string[];
  readonly names: readonly string[];
  readonly mappings: string;
}

/**
 * A source map that knows our own files only. Node reads every map when it loads the file, before the first call of a
 * function: those of our dependencies are most of it, and took a third of a cold start.
 */
export function ownSourceMap(text: string): string {
  const map = JSON.parse(text) as SourceMap;
  const isOurs = map.sources.map((source) => !source.includes('node_modules/'));
  const named = new Set<number>();
  const lines = decode(map.mappings).map((segments) => {
    let ours = true;
    return segments.filter((segment) => {
      const before = ours;
      const [, source, , , name] = segment;
      ours = source !== undefined && isOurs[source] === true;
      if (ours && name !== undefined) named.add(name);
      // The first of what is not ours stays, without a source: from there on nothing is known.
      if (!ours) segment.length = 1;
      return ours || before;
    });
  });
  return JSON.stringify({
    ...map,
    sources: map.sources.map((path, index) => (isOurs[index] ? path : '')),
    names: map.names.map((name, index) => (named.has(index) ? name : '')),
    mappings: encode(lines),
  });
}
