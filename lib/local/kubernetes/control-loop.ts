import type { Clock } from '../clock.ts';

interface ControlLoop {
  /** Something changed: everything is compared again, soon and once however often this is called. */
  wake(): void;
  close(): void;
}

/**
 * Brings the world to what the objects say, again and again. `reconcile` looks at everything, does what is missing,
 * and answers when time alone will make a difference (milliseconds of the clock).
 */
export function createControlLoop(clock: Clock, reconcile: () => number | undefined): ControlLoop {
  let scheduled = false;
  let closed = false;
  let alarm = new AbortController();

  const run = () => {
    scheduled = false;
    if (closed) return;
    const at = reconcile();
    alarm.abort();
    if (at === undefined) return;
    alarm = new AbortController();
    clock.sleep(Math.max(at - clock.now(), 1), alarm.signal).then(loop.wake, () => undefined);
  };
  const loop: ControlLoop = {
    wake() {
      if (scheduled || closed) return;
      scheduled = true;
      setImmediate(run);
    },
    close() {
      closed = true;
      alarm.abort();
    },
  };
  return loop;
}

/** The earliest of several instants, some of which are none. */
export const earliest = (...instants: (number | undefined)[]): number | undefined => {
  const known = instants.filter((each) => each !== undefined);
  return known.length > 0 ? Math.min(...known) : undefined;
};
