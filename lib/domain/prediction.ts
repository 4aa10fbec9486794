import type { SourceFindings } from '../workflow/documents/collected.ts';
import {
  FreezePart,
  type Grade,
  type Interval,
  type Measurement,
  type PredictedPart,
  type Prediction,
} from '../workflow/documents/measurement.ts';
import type { Rehearsal } from '../workflow/documents/proofs.ts';
import { documented } from './documented.ts';
import { size, wholeDuration } from './quantities.ts';
import { type Sample, type Spread, spreadOf } from './spread.ts';

/** What a prediction is made for. */
export interface Predicting {
  readonly planDigest: string;
  /** Of the source today. */
  readonly sourceBytes: number;
  /** By how much it may have grown until the cutover; 0 right before one. */
  readonly growthBytes: number;
  /** Whether a service of the source is behind a load balancer, which drains its connections first. */
  readonly balanced: boolean;
}

/** As many runs back as one looks: what is older was of other machines. */
const NEWEST = 10;
/** A run of another plan, one that went through mishaps, or a boot instead of a start: half a measurement. */
const LESS = 0.5;
/** From one time to the next a copy varies by 15 %, a step by 30 %: assumed until three runs have shown otherwise. */
const PRIOR = { copy: 0.15, step: 0.3 } as const;
/** Below that the clocks of a history say nothing, and no logarithm would exist. */
const SHORTEST_SECONDS = 0.05;

type Copied = Measurement & { readonly copy: NonNullable<Measurement['copy']> };
type Measured = PredictedPart & { readonly spread: Spread | null };

const newestFirst = (history: readonly Measurement[]): Measurement[] =>
  [...history].sort((a, b) => b.at.localeCompare(a.at));

const hasCopy = (measurement: Measurement): measurement is Copied =>
  measurement.copy !== null && measurement.sourceBytes > 0;

const samePlan = ({ planDigest }: Measurement, predicting: Predicting): number =>
  planDigest === predicting.planDigest ? 1 : LESS;

/** How much a copy says about one of today's size: as the smaller of both sizes is to the larger. */
function copyWeight(copied: Copied, predicting: Predicting): number {
  const sizes = [copied.sourceBytes, Math.max(1, predicting.sourceBytes)];
  const likeness = Math.min(...sizes) / Math.max(...sizes);
  return samePlan(copied, predicting) * likeness * (copied.copy.incidents > 0 ? LESS : 1);
}

/**
 * Predicts the freeze of a cutover from what rehearsals and cutovers of the same migration measured, in which nine
 * freezes of ten lie as long as parts that nobody measured keep to what AWS documents.
 * @param history of the migration, in any order
 * @returns null where no copy was ever measured
 */
export function predictFreeze(history: readonly Measurement[], predicting: Predicting): Prediction | null {
  const copies = newestFirst(history).filter(hasCopy).slice(0, NEWEST);
  if (copies.length === 0) return null;
  const parts = FreezePart.options.map((name) =>
    name === 'Copy and prove' ? copying(copies, predicting) : step(name, newestFirst(history), predicting),
  );
  return {
    ...together(parts),
    parts: parts.map(({ spread: _, ...part }) => part),
    samples: copies.map((copied) => ({
      run: copied.run,
      at: copied.at,
      mode: copied.mode,
      sourceBytes: copied.sourceBytes,
      copySeconds: copied.copy.seconds,
      weight: copyWeight(copied, predicting),
    })),
    method: methodOf(parts, history, copies.length),
  };
}

/** By seconds a byte, times today's size. */
function copying(copies: readonly Copied[], predicting: Predicting): Measured {
  const { sourceBytes, growthBytes } = predicting;
  const samples = copies.map((copied) => ({
    value: Math.max(SHORTEST_SECONDS, copied.copy.seconds) / copied.sourceBytes,
    weight: copyWeight(copied, predicting),
  }));
  const perByte = spreadOf(samples, PRIOR.copy);
  const today = Math.max(1, sourceBytes);
  const spread = {
    low: perByte.low * today,
    middle: perByte.middle * today,
    high: perByte.high * (today + growthBytes),
  };
  const growth = growthBytes > 0 ? `, and for the longest time + ${size(growthBytes)} of growth` : '';
  const seconds = copies.map(({ copy }) => copy.seconds);
  return {
    name: 'Copy and prove',
    low: spread.low,
    high: spread.high,
    basis: 'measured',
    because: `measured ${times(copies.length)}, ${range(seconds)}; scaled to ${size(today)}${growth}`,
    spread,
  };
}

/** By its own durations; a part that only a freeze measures, by its documented limits until one has. */
function step(
  name: Exclude<FreezePart, 'Copy and prove'>,
  history: readonly Measurement[],
  predicting: Predicting,
): Measured {
  const measured = history.flatMap((one) => {
    const own = one.parts[name];
    if (own !== undefined) return [{ seconds: own, boot: false, weight: stepWeight(name, one, predicting) }];
    const boot = name === 'Start the target' ? one.bootSeconds : null;
    return boot === null ? [] : [{ seconds: boot, boot: true, weight: LESS * samePlan(one, predicting) }];
  });
  const newest = measured.slice(0, NEWEST);
  if (newest.length === 0) {
    const { because, ...bound } = documented(name, predicting);
    return {
      name,
      ...bound,
      basis: 'documented',
      because: `Not measured yet, so as documented: ${because}`,
      spread: null,
    };
  }
  const samples: Sample[] = newest.map(({ seconds, weight }) => ({
    value: Math.max(SHORTEST_SECONDS, seconds),
    weight,
  }));
  const spread = spreadOf(samples, PRIOR.step);
  const boots = newest.filter(({ boot }) => boot).length;
  return {
    name,
    low: spread.low,
    high: spread.high,
    basis: 'measured',
    because: `measured ${times(newest.length)}, ${range(newest.map(({ seconds }) => seconds))}${bootsAmong(boots, newest.length)}`,
    spread,
  };
}

function bootsAmong(boots: number, all: number): string {
  if (boots === 0) return '';
  return boots === all
    ? ' by the boot of one backend in a rehearsal'
    : `; ${boots} by the boot of one backend in a rehearsal`;
}

/** A worker that was lost and replaced has begun later than it was started. */
const stepWeight = (name: FreezePart, one: Measurement, predicting: Predicting): number =>
  samePlan(one, predicting) * (name === 'Start the workers' && (one.copy?.incidents ?? 0) > 0 ? LESS : 1);

/**
 * The sum of all parts. That everything is slow at once is rarer than that one part is, so the distances of measured
 * parts from their middles are added as squares. Documented limits are added as they are: nobody knows how they vary.
 */
function together(parts: readonly Measured[]): Interval {
  const bound = (which: 'low' | 'high'): number => {
    const known = parts.flatMap(({ spread }) => spread ?? []);
    const middle = known.reduce((sum, spread) => sum + spread.middle, 0);
    const reach = Math.hypot(...known.map((spread) => spread[which] - spread.middle));
    const limits = parts.reduce((sum, part) => sum + (part.spread === null ? part[which] : 0), 0);
    return limits + middle + (which === 'low' ? -reach : reach);
  };
  return { low: bound('low'), high: bound('high') };
}

function methodOf(parts: readonly Measured[], history: readonly Measurement[], copies: number): string[] {
  const limits = parts.filter(({ basis }) => basis === 'documented').length;
  const graded = history.filter(({ grade }) => grade !== null);
  const inside = graded.filter(({ grade }) => grade === 'inside').length;
  return [
    'Nine freezes of ten should lie inside (P5 to P95), without the time in which people decide.',
    `The copy by seconds a byte of ${copies === 1 ? 'one run' : `${copies} runs`}, times today’s size; every other part by its own seconds. Each is Student’s t on the logarithms, whose variance is pooled with three imagined runs that vary by ${PRIOR.copy * 100} % (copy) or ${PRIOR.step * 100} % (steps).`,
    'A run of another plan or with mishaps counts half, and a copy of another size less, as the smaller is to the larger; at most the newest ten count.',
    ...(limits > 0
      ? [
          `${limits === 1 ? 'One part was' : `${limits} parts were`} never measured here: AWS’s documented limits stand in, and make the interval wide.`,
        ]
      : []),
    ...(graded.length > 0
      ? [`So far ${inside} of ${graded.length} freezes lay inside their prediction.`]
      : ['No freeze has been graded against its prediction yet.']),
  ];
}

const times = (count: number): string => (count === 1 ? 'once' : `${count} times`);

function range(seconds: readonly number[]): string {
  const [least, most] = [Math.min(...seconds), Math.max(...seconds)];
  const exact = (value: number) => (value < 10 ? `${Number(value.toFixed(1))} s` : wholeDuration(value));
  return exact(least) === exact(most) ? exact(least) : `${exact(least)} to ${exact(most)}`;
}

/** A rehearsal with what is predicted today instead of what it predicted then: for a window, that is what counts. */
export const predictedToday = (rehearsal: Rehearsal, prediction: Prediction | null): Rehearsal =>
  prediction === null
    ? rehearsal
    : { ...rehearsal, predictedFreezeSeconds: { low: prediction.low, high: prediction.high } };

/** Whether a load balancer sends requests to a service of the source. */
export const isBalanced = ({ services }: Pick<SourceFindings, 'services'>): boolean =>
  services.some(({ targetGroups }) => targetGroups.length > 0);

/** Where something measured lies against its prediction. */
export function grade(predicted: Interval, measured: number): Grade {
  if (measured < predicted.low) return 'shorter';
  return measured > predicted.high ? 'longer' : 'inside';
}
