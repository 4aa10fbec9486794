import type { Change } from '../../workflow/documents/measurement.ts';

/** What a change is about and means; whether it matters is said by whoever compares. */
type Meaning = Pick<Change, 'about' | 'because'> & Partial<Pick<Change, 'matters' | 'stops'>>;

type Shown = string | number | boolean | null | undefined;

const words = (value: Shown): string =>
  value === null || value === undefined || value === '' ? 'none' : String(value);

/** One thing, then and now; nothing where it is the same. A change that stops a cutover matters. */
export function compare(what: string, was: Shown, is: Shown, meaning: Meaning): Change[] {
  if (words(was) === words(is)) return [];
  const { about, because, stops = false, matters = stops } = meaning;
  return [{ about, what, was: words(was), is: words(is), matters, stops, because }];
}

/** Things with a name, then and now. */
interface Lists<T> {
  readonly gone: readonly T[];
  readonly added: readonly T[];
  readonly both: readonly { readonly name: string; readonly was: T; readonly is: T }[];
}

export function match<T>(was: readonly T[], is: readonly T[], nameOf: (thing: T) => string): Lists<T> {
  const [then, now] = [
    new Map(was.map((each) => [nameOf(each), each])),
    new Map(is.map((each) => [nameOf(each), each])),
  ];
  return {
    gone: was.filter((each) => !now.has(nameOf(each))),
    added: is.filter((each) => !then.has(nameOf(each))),
    both: [...now].flatMap(([name, each]) => {
      const before = then.get(name);
      return before === undefined ? [] : [{ name, was: before, is: each }];
    }),
  };
}

/** That things with a name came or went, each in a change of its own. */
export function comeAndGone<T>(
  { gone, added }: Lists<T>,
  kind: string,
  nameOf: (thing: T) => string,
  meaning: (thing: T) => Meaning,
): Change[] {
  return [
    ...gone.flatMap((each) => compare(`${kind} ${nameOf(each)}`, 'there', 'gone', meaning(each))),
    ...added.flatMap((each) => compare(`${kind} ${nameOf(each)}`, 'not there', 'new', meaning(each))),
  ];
}
