import { several } from '../../quantities.ts';
import { type Check, info, pass, warning } from '../check.ts';

/** A restart ends the dump's snapshot, or the restore's session. */
const SOON_MS = 7 * 86_400_000;
/** States in which a server answers as ever. */
const AT_WORK = ['available', 'backing-up', 'storage-optimization', 'configuring-enhanced-monitoring'];

export const check: Check = {
  id: 'server-maintenance',
  title: 'RDS does not restart a server during the copy',
  about: 'copy',
  needsDatabases: true,
  look({ databases: { source, target }, now }) {
    const servers = [source.server, target.server].filter((server) => server !== null);
    if (servers.length === 0) return null;
    const busy = servers.filter(({ status }) => !AT_WORK.includes(status));
    if (busy.length > 0) {
      return warning(
        `${busy.map(({ name, status }) => `${name} is in state ${status}`).join(', ')}.`,
        'Wait until it is available: a change under way may end with a restart.',
      );
    }
    const pending = servers.flatMap(({ name, maintenanceWindow, pending: waiting }) =>
      waiting.map(({ what, by }) => ({ text: `${name}: ${what}${byWhen(by, maintenanceWindow)}`, by })),
    );
    const todo =
      'Have it done before (--apply-immediately, or apply-pending-maintenance-action), or keep the copy out of the window.';
    if (pending.length === 0) {
      const windows = servers.map(({ name, maintenanceWindow }) => `${name} ${maintenanceWindow ?? 'not known'}`);
      return pass(`Nothing waits to be done. Maintenance windows, UTC: ${windows.join(', ')}.`);
    }
    const soon = pending.filter(({ by }) => by !== null && Date.parse(by) < now + SOON_MS);
    if (soon.length > 0) return warning(`${several(soon.map(({ text }) => text))}.`, todo);
    return info(`${several(pending.map(({ text }) => text))}.`, todo);
  },
};

function byWhen(by: string | null, window: string | null): string {
  const when = by === null ? 'at a time that somebody chooses' : `on ${by.slice(0, 10)} at the latest`;
  return ` (${when}${window === null ? '' : `, in its window ${window} UTC`})`;
}
