const MULTIPLIER = 0x5deece66dn;
const INCREMENT = 0xbn;
const MASK = (1n << 48n) - 1n;

/**
 * The first `nextDouble()` of `java.util.Random(seed)`, whose algorithm Java's specification prescribes: a linear congruential
 * generator of 48 bits, of which two draws give the 53 bits of a double. `seed` is a whole number.
 */
export function javaRandom(seed: number): number {
  let state = (BigInt.asUintN(64, BigInt(seed)) ^ MULTIPLIER) & MASK;
  const next = (bits: bigint) => {
    state = (state * MULTIPLIER + INCREMENT) & MASK;
    return state >> (48n - bits);
  };
  return Number((next(26n) << 27n) + next(27n)) / 2 ** 53;
}
