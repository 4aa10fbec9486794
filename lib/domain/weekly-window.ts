const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const WEEK = 7 * 24 * 60;

/**
 * Whether a moment is within a weekly window as RDS states it, in UTC: `sun:03:00-sun:03:30`.
 * @param moment milliseconds since 1970
 */
export function withinWeekly(window: string, moment: number): boolean {
  const [from, to] = window.split('-').map(minuteOf);
  if (from == null || to == null) return false;
  const date = new Date(moment);
  const at = (date.getUTCDay() * 24 + date.getUTCHours()) * 60 + date.getUTCMinutes();
  // A window may go on from Saturday to Sunday.
  return (at - from + WEEK) % WEEK < (to - from + WEEK) % WEEK;
}

/** Minutes since Sunday, or null for what is no such time. */
function minuteOf(text: string): number | null {
  const [, day = '', hours, minutes] = /^([a-z]{3}):(\d\d):(\d\d)$/.exec(text.toLowerCase()) ?? [];
  const index = DAYS.indexOf(day);
  return index < 0 ? null : (index * 24 + Number(hours)) * 60 + Number(minutes);
}
