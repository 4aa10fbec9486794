/** Waits until `find` answers something true, and gives it back: for what other processes do and nobody announces. */
export async function until<T>(find: () => T | Promise<T>, everyMs = 10): Promise<NonNullable<T>> {
  for (;;) {
    const found = await find();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}
