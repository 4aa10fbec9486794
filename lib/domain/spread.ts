/**
 * What the next of some durations will be, from few of them. Durations vary by a factor, not by an amount, so all of it
 * is about their logarithms, which are taken as normally distributed.
 */

/** Something that was measured, above zero. A weight below 1 counts as less than one measurement. */
export interface Sample {
  readonly value: number;
  readonly weight: number;
}

export interface Spread {
  /** P5: one in twenty is smaller. */
  readonly low: number;
  /** P50. */
  readonly middle: number;
  /** P95: one in twenty is larger. */
  readonly high: number;
}

/** Of the next measurement, nine in ten lie between `low` and `high`. */
const INSIDE = 0.9;

/** As many measurements as the prior spread counts for: three bear it out or belie it. */
const PRIOR_COUNT = 3;

/**
 * The interval in which the next measurement lies, nine times of ten: the predictive distribution of a normal variable
 * with an unknown mean and, for its variance, a scaled inverse chi-squared prior. In words: Student's t around the mean
 * of the logarithms, with `3 + n - 1` degrees of freedom; the variance is that of the samples, pooled with three
 * imagined ones that vary by `prior`. One sample is enough, and many outweigh the prior. What varies less than assumed
 * lies inside more often than nine times of ten, what varies more less often, until its own samples show it.
 * @param samples at least one
 * @param prior by how much such things vary from one time to the next before anything is known: 0.15 is 15 %
 */
export function spreadOf(samples: readonly Sample[], prior: number): Spread {
  const logs = samples.map(({ value, weight }) => ({ log: Math.log(value), weight }));
  const count = logs.reduce((sum, { weight }) => sum + weight, 0);
  const mean = logs.reduce((sum, { log, weight }) => sum + weight * log, 0) / count;
  const squares = logs.reduce((sum, { log, weight }) => sum + weight * (log - mean) ** 2, 0);
  const freedom = PRIOR_COUNT + count - 1;
  const variance = (PRIOR_COUNT * prior ** 2 + squares) / freedom;
  // 1 for the next measurement itself, 1/count for the mean that is not known better than that.
  const reach = studentT(INSIDE, freedom) * Math.sqrt(variance * (1 + 1 / count));
  return { low: Math.exp(mean - reach), middle: Math.exp(mean), high: Math.exp(mean + reach) };
}

/** 1/500 of a quarter turn: three digits of the quantile. */
const STEPS = 500;

/**
 * The value that |t| stays below with a probability, for any degrees of freedom from 1 on, whole or not.
 * With t = √freedom · tan θ the density becomes cos θ to the power of freedom - 1, which is summed over θ.
 */
export function studentT(probability: number, freedom: number): number {
  const width = Math.PI / 2 / STEPS;
  const slices = Array.from({ length: STEPS }, (_, step) => Math.cos((step + 0.5) * width) ** (freedom - 1));
  let left = probability * slices.reduce((sum, slice) => sum + slice, 0);
  let step = 0;
  while (step < STEPS - 1 && slices[step]! < left) left -= slices[step++]!;
  return Math.sqrt(freedom) * Math.tan((step + left / slices[step]!) * width);
}
