import { readFileSync } from 'node:fs';

/** Linux counts resident memory in pages, of 4 KiB on the machines that this runs on. */
const PAGE = 4096;

/** Bytes of memory that a process holds; undefined where it is gone, or the system has no /proc. */
export function residentBytes(pid: number): number | undefined {
  try {
    const pages = Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]);
    return Number.isFinite(pages) ? pages * PAGE : undefined;
  } catch {
    return undefined;
  }
}

const units: Readonly<Record<string, number>> = {
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
};

/** `512Mi` in bytes; undefined for none, and for a form that is rare. */
export function bytesOf(quantity: string | undefined): number | undefined {
  const [, digits, unit = ''] = /^(\d+)([A-Za-z]*)$/.exec(quantity ?? '') ?? [];
  const factor = units[unit];
  return digits === undefined || factor === undefined ? undefined : Number(digits) * factor;
}
