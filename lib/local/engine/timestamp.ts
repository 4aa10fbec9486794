/** ISO 8601 with T, time and offset, as AWS demands. */
const TIMESTAMP = /^(\d{4}-\d\d-\d\d)T([01]\d|2[0-3]):\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/;

/** Milliseconds since the epoch of a time that a Wait may name; NaN for what is no instant, such as one on 30 February. */
export function instantOf(timestamp: string): number {
  const day = TIMESTAMP.exec(timestamp)?.[1];
  if (day === undefined || Number.isNaN(Date.parse(day))) return Number.NaN;
  return new Date(day).toISOString().startsWith(day) ? Date.parse(timestamp) : Number.NaN;
}
