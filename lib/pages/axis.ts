import type { Moment } from '../domain/timeline.ts';
import type { Work } from '../workflow/summary.ts';

/** A stretch of time on the picture, in parts of its width. */
export interface Bar {
  readonly x: number;
  readonly width: number;
}

/** The width of every picture in its own units. */
export const WIDTH = 1000;
/** Nothing that happened is invisible. */
const THINNEST = 3;

const milliseconds = (moment: Moment): number => new Date(moment).getTime();

/**
 * The time axis of a picture. People deciding may take hours, next to which the work would vanish, so each such wait
 * longer than an eighth of everything else is drawn only that long.
 */
export function axis(from: Moment, to: Moment, work: readonly Work[]) {
  const start = milliseconds(from);
  const end = Math.max(milliseconds(to), start + 1);
  const waits = work
    .filter(({ kind }) => kind === 'waiting')
    .map((wait) => ({ from: Math.max(start, milliseconds(wait.from)), to: Math.min(end, milliseconds(wait.to)) }))
    .filter((wait) => wait.to > wait.from)
    .sort((a, b) => a.from - b.from);
  const waited = waits.reduce((total, wait) => total + wait.to - wait.from, 0);
  const longest = Math.max(1, (end - start - waited) / 8);
  const cuts = waits.filter((wait) => wait.to - wait.from > longest);
  /** Milliseconds of the drawn axis up to a moment. */
  const drawn = (moment: number): number =>
    cuts.reduce((at, cut) => {
      if (moment <= cut.from) return at;
      const passed = Math.min(moment, cut.to) - cut.from;
      return at - passed + (passed / (cut.to - cut.from)) * longest;
    }, moment - start);
  const scale = WIDTH / drawn(end);

  return {
    shortened: cuts.length > 0,
    bar(interval: { readonly from: Moment; readonly to: Moment }): Bar {
      const low = Math.min(Math.max(drawn(milliseconds(interval.from)) * scale, 0), WIDTH);
      const high = Math.min(Math.max(drawn(milliseconds(interval.to)) * scale, low), WIDTH);
      const width = Math.max(high - low, THINNEST);
      return { x: Math.round(Math.min(low, WIDTH - width) * 10) / 10, width: Math.round(width * 10) / 10 };
    },
  };
}
export type Axis = ReturnType<typeof axis>;
