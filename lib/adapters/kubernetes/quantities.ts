import type { Sizing } from '../../workflow/documents/capacity.ts';

const MIB = 1024 * 1024;

/** Processor and memory of a container's requests or limits, or of a node. */
export function sizing(of: Readonly<Record<string, string>> | undefined): Sizing {
  const [cpu, memory] = [quantity(of?.cpu), quantity(of?.memory)];
  return {
    cpuMillis: cpu === null ? null : Math.round(cpu * 1000),
    memoryMiB: memory === null ? null : Math.round(memory / MIB),
  };
}

const factors: Readonly<Record<string, number>> = {
  ...{ m: 1e-3, '': 1, k: 1e3, M: 1e6, G: 1e9, T: 1e12 },
  ...{ Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40 },
};

/** A Kubernetes quantity as a number: `500m` is 0.5, `2Gi` is 2147483648; null for none, and for a form that is rare. */
export function quantity(text: string | undefined): number | null {
  const [, digits, suffix = ''] = /^(\d+(?:\.\d+)?)([A-Za-z]*)$/.exec(text ?? '') ?? [];
  const factor = factors[suffix];
  return digits === undefined || factor === undefined ? null : Number(digits) * factor;
}
