/** What is open, in the order in which it was opened; closed in the opposite one. */
export interface Closing {
  add(name: string, close: () => unknown): void;
  /** Closes all, whatever one of them throws. @returns what was thrown */
  closeAll(): Promise<readonly unknown[]>;
}

export function createClosing(): Closing {
  const open: { readonly name: string; readonly close: () => unknown }[] = [];
  return {
    add: (name, close) => void open.push({ name, close }),
    async closeAll() {
      const failures: unknown[] = [];
      for (let next = open.pop(); next; next = open.pop()) {
        try {
          await next.close();
        } catch (error) {
          failures.push(new Error(`${next.name} did not close`, { cause: error }));
        }
      }
      return failures;
    },
  };
}
