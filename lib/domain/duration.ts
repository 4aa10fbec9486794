const oneDigit = (number: number): string =>
  number.toLocaleString('en-US', { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const pad = (number: number): string => String(number).padStart(2, '0');

/** What was measured or predicted: `4 ms`, `0.4 s`, `12.3 s`, `2 min 05 s`, `1 h 02 min`, `3 d 04 h`. */
export function duration(seconds: number): string {
  if (seconds > 0 && seconds < 0.095) return `${Math.max(1, Math.round(seconds * 1000))} ms`;
  if (seconds < 59.95) return `${oneDigit(Math.max(0, seconds))} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${pad(whole % 60)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 1440) return `${Math.floor(minutes / 60)} h ${pad(minutes % 60)} min`;
  const hours = Math.round(seconds / 3600);
  return `${Math.floor(hours / 24)} d ${pad(hours % 24)} h`;
}

/** `4.2 s to 8 min 20 s`. */
export const interval = ({ low, high }: { readonly low: number; readonly high: number }): string =>
  `${duration(low)} to ${duration(high)}`;

/** Seconds from one instant to another, both ISO 8601; 0 where clocks disagree about the order. */
export const secondsBetween = (from: string, to: string): number =>
  Math.max(0, Date.parse(to) - Date.parse(from)) / 1000;
