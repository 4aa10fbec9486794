import { type Check, info, pass, warning } from '../check.ts';

/** The source is the way back for days after the cutover, and the target holds what users write. */
export const check: Check = {
  id: 'server-backups',
  title: 'RDS backs both servers up, and nobody deletes them by mistake',
  about: 'cutover',
  needsDatabases: true,
  look({ databases: { source, target } }) {
    // RDS keeps the backups of a read replica's primary, which is another server.
    const servers = [source.server, target.server].flatMap((server) => (server?.replicaOf === null ? [server] : []));
    if (servers.length === 0) return null;
    const unsaved = servers.filter(({ backupDays }) => backupDays === 0).map(({ name }) => name);
    if (unsaved.length > 0) {
      return warning(
        `RDS makes no automated backups of ${unsaved.join(' and ')}.`,
        'Set a retention before the cutover (modify-db-instance --backup-retention-period 7): the first backup is made at once, and may slow an idle volume for minutes.',
      );
    }
    const days = servers.map(({ name, backupDays }) => `${name} for ${backupDays} days`).join(', ');
    const open = servers.filter(({ deletionProtection }) => !deletionProtection).map(({ name }) => name);
    if (open.length > 0) {
      return info(
        `Backups are kept: ${days}. Without deletion protection: ${open.join(', ')}.`,
        'Turn it on until the source is decommissioned: modify-db-instance --deletion-protection.',
      );
    }
    return pass(`Backups are kept: ${days}.`);
  },
};
