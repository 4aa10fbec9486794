/** A source map as esbuild writes it, version 3. */
interface SourceMap {
  readonly sources: readonly string[];
  readonly names: readonly string[];
  readonly mappings: string;
}

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/**
 * A source map that knows our own files only. Node reads every map when it loads the file, before the first call of a
 * function: those of our dependencies are most of it, and took a third of a cold start.
 */
export function ownSourceMap(text: string): string {
  const map = JSON.parse(text) as SourceMap;
  const isOurs = map.sources.map((source) => !source.includes('node_modules/'));
  // Columns count from the line's last segment, all else from the map's: what is left out must be added up.
  let [source, line, column, name] = [0, 0, 0, 0];
  let [keptSource, keptLine, keptColumn, keptName] = [0, 0, 0, 0];
  /** Names that are kept, in their order, each with its place. */
  const names = new Map<string, number>();
  const placeOf = (known: string): number => {
    const place = names.get(known) ?? names.size;
    names.set(known, place);
    return place;
  };
  const keepLine = (segments: string): string => {
    let [at, keptAt] = [0, 0];
    let ours = true;
    const kept: string[] = [];
    for (const segment of segments ? segments.split(',') : []) {
      const [atBy = 0, sourceBy, lineBy = 0, columnBy = 0, nameBy] = decode(segment);
      at += atBy;
      if (sourceBy === undefined) continue;
      [source, line, column, name] = [source + sourceBy, line + lineBy, column + columnBy, name + (nameBy ?? 0)];
      const before = ours;
      ours = isOurs[source] ?? false;
      if (!ours && !before) continue;
      // One field alone says that from here on nothing is known.
      const fields = [at - keptAt];
      keptAt = at;
      if (ours) {
        fields.push(source - keptSource, line - keptLine, column - keptColumn);
        [keptSource, keptLine, keptColumn] = [source, line, column];
      }
      if (ours && nameBy !== undefined) {
        const place = placeOf(map.names[name] ?? '');
        fields.push(place - keptName);
        keptName = place;
      }
      kept.push(encode(fields));
    }
    return kept.join(',');
  };
  const mappings = map.mappings.split(';').map(keepLine).join(';');
  const sources = map.sources.map((path, index) => (isOurs[index] ? path : ''));
  return JSON.stringify({ ...map, sources, names: [...names.keys()], mappings });
}

/** Base64 digits of five bits each and one that says that more follow; the lowest bit of the number is its sign. */
function decode(segment: string): number[] {
  const fields: number[] = [];
  let [value, shift] = [0, 0];
  for (const character of segment) {
    const digit = DIGITS.indexOf(character);
    value += (digit & 31) << shift;
    shift += 5;
    if (digit & 32) continue;
    fields.push(value & 1 ? -(value >> 1) : value >> 1);
    [value, shift] = [0, 0];
  }
  return fields;
}

function encode(fields: readonly number[]): string {
  const digits: string[] = [];
  for (const field of fields) {
    let rest = field < 0 ? (-field << 1) | 1 : field << 1;
    do {
      digits.push(DIGITS[(rest & 31) | (rest > 31 ? 32 : 0)] ?? '');
      rest >>= 5;
    } while (rest > 0);
  }
  return digits.join('');
}
