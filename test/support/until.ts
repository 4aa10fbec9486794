import { inspect } from 'node:util';

/** Before the test's own limit, which would say nothing but that it was exceeded. */
const TO_SPEAK_MS = 2000;

/**
 * Waits until `find` answers something true, and gives it back: for what other processes do and nobody announces.
 * Shortly before Jest would end the test, it throws and says what it waited for, and what it saw last.
 */
export async function until<T>(find: () => T | Promise<T>, everyMs = 10): Promise<NonNullable<T>> {
  const { testEndsAt } = globalThis as { testEndsAt?: number };
  const began = Date.now();
  // Made here, so that its stack tells who waits.
  const late = new Error('Waited too long');
  Error.captureStackTrace(late, until);
  const gaveUp = Promise.withResolvers<never>();
  let over = false;
  let last: T | undefined;
  const giveUp = () => {
    const stack = String(late.stack);
    const said = `Waited ${Math.round((Date.now() - began) / 1000)} s for ${find}\nLast seen: ${inspect(last)}`;
    late.stack = stack.replace(late.message, () => said);
    late.message = said;
    gaveUp.reject(late);
  };
  const timer = testEndsAt && setTimeout(giveUp, Math.max(0, testEndsAt - TO_SPEAK_MS - began));
  const look = async () => {
    while (!over) {
      last = await find();
      if (last) return last;
      await new Promise((resolve) => setTimeout(resolve, everyMs));
    }
    throw late;
  };
  try {
    return await Promise.race([look(), gaveUp.promise]);
  } finally {
    over = true;
    clearTimeout(timer);
  }
}
