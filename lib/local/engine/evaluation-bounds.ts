import type jsonata from 'jsonata';

/** How far an expression may go, as AWS bounds it [measured there, August 2026: github.com/floci-io/floci #2667, #2737, #2790]. */
const MOST_ITEMS = 873_782;
/** AWS takes a text of 4,194,304 characters and refuses one of 8,388,608; this is 8 bytes for each of the items. */
const LONGEST_TEXT = MOST_ITEMS * 8;
/**
 * Parts of an expression that are evaluated at a time. AWS stops at a depth of 100; the library evaluates the members of
 * arrays and objects at once, so that depth cannot be told from breadth. What comes here is a recursion without an end.
 */
const MOST_OPEN = 100_000;
/** AWS's own is not published. */
const LONGEST_MS = 5_000;

/** The clock is asked at one part of an expression in so many. */
const PARTS_A_LOOK = 128;

/** One evaluation. */
export interface Effort {
  readonly since: number;
  parts: number;
  open: number;
}

/** Under this name a running evaluation finds its effort; the space keeps expressions from naming it. */
const EFFORT = 'its effort';

/** What an evaluation needs among its bindings; `spent` is what it had before. */
export const newEffort = (spent: Partial<Effort> = {}): Readonly<Record<string, Effort>> => ({
  [EFFORT]: { since: Date.now(), parts: 0, open: 0, ...spent },
});

export const memoryLimitExceeded = (): Error =>
  new Error('Expression evaluation memory limit exceeded: Check for excessive memory usage');

/** Makes an expression fail, instead of filling memory or never ending, by the hooks that the library has for this. */
export function bound(expression: jsonata.Expression): void {
  const hook = (name: 'entry' | 'exit', check: (effort: Effort, result: unknown) => void) => {
    const called = (_: unknown, __: unknown, environment: jsonata.Environment, result: unknown) =>
      check(environment.lookup(EFFORT) as Effort, result);
    // The library's types know names that are strings only.
    expression.assign(Symbol.for(`jsonata.__evaluate_${name}`) as unknown as string, called);
  };
  hook('entry', (effort) => {
    if (++effort.open > MOST_OPEN) {
      throw new Error(
        'Stack overflow error: Check for non-terminating recursive function. Consider rewriting as tail-recursive',
      );
    }
    if (++effort.parts % PARTS_A_LOOK === 0 && Date.now() - effort.since > LONGEST_MS) {
      throw new Error('Expression evaluation timeout: Check for infinite loop');
    }
  });
  hook('exit', (effort, result) => {
    effort.open--;
    const tooLarge = Array.isArray(result) ? result.length > MOST_ITEMS : sizeOf(result) > LONGEST_TEXT;
    if (tooLarge) throw memoryLimitExceeded();
  });
}

const sizeOf = (value: unknown): number => (typeof value === 'string' ? value.length : 0);
