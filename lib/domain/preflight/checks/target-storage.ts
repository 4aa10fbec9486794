import type { DatabaseServer } from '../../../workflow/documents/capacity.ts';
import type { DatabaseFindings } from '../../../workflow/documents/collected.ts';
import { size } from '../../quantities.ts';
import { blocker, type Check, info, pass, type Result, unlearned, warning } from '../check.ts';

/** Once the source for tables and indexes; half of it for indexes being sorted beside them and for the write-ahead log. */
const ROOM = 1.5;
const GIB = 2 ** 30;
/** RDS enlarges storage by a tenth or more. */
const LEAST_STEP = 1.1;

/** No statement of PostgreSQL tells how much room a server has: RDS and CloudWatch do. */
export const check: Check = {
  id: 'target-storage',
  title: 'The target has room for the copy',
  about: 'copy',
  needsDatabases: true,
  look({ databases: { source, target } }) {
    const grown = source.growth ? ` It grows by ${size(source.growth.bytesPerDay)} a day.` : '';
    const needed = source.sizeBytes * ROOM;
    const sum = `The source holds ${size(source.sizeBytes)}, so the copy needs about ${size(needed)}: half as much again for sorting indexes and the write-ahead log.${grown}`;
    const { server } = target;
    if (!server) {
      const where = target.provider === 'aurora' ? 'Aurora grows by itself' : 'FreeStorageSpace in CloudWatch, or df';
      return unlearned(
        `the free storage of the target. ${sum}`,
        `Look at it (${where}); autoscaling of storage reacts too late for a copy.`,
      );
    }
    const { allocatedBytes } = server.storage;
    return allocatedBytes === null
      ? onAurora(server, source.largestTables)
      : onVolume({ ...server, allocatedBytes }, { held: source.sizeBytes, needed, sum });
  },
};

function onVolume(
  server: DatabaseServer & { allocatedBytes: number },
  { held, needed, sum }: { held: number; needed: number; sum: string },
): Result {
  const { name, free, allocatedBytes, status } = server;
  const most = Math.max(allocatedBytes * LEAST_STEP, allocatedBytes + needed - (free?.bytes ?? 0));
  const enlarge = `Enlarge it first (RDS does so within minutes, once in six hours; its own autoscaling reacts too late for a copy): aws rds modify-db-instance --db-instance-identifier ${name} --allocated-storage ${Math.ceil(most / GIB)} --apply-immediately.`;
  const has = free && `${name} has ${size(free.bytes)} free of ${size(allocatedBytes)}.`;
  if (status === 'storage-full') return blocker(`${name} is in state storage-full. ${sum}`, enlarge);
  if ((free?.bytes ?? allocatedBytes) < held) {
    return blocker(`${has ?? `${name} has ${size(allocatedBytes)} in all.`} ${sum}`, enlarge);
  }
  if (!free) {
    return unlearned(
      `how much of its ${size(allocatedBytes)} ${name} has free. ${sum}`,
      'Look at FreeStorageSpace in CloudWatch: it had no figure of the last 15 minutes for Passage.',
    );
  }
  return free.bytes < needed ? warning(`${has} ${sum}`, enlarge) : pass(`${has} ${sum}`);
}

/** Its volume grows by itself; what it sorts lies on the instance's own disk, which does not. */
function onAurora({ name, free }: DatabaseServer, tables: DatabaseFindings['largestTables']): Result {
  const grows = `${name} is Aurora, whose volume grows by itself.`;
  const [largest] = tables;
  if (free && largest && free.bytes < largest.bytes) {
    return info(
      `${grows} On the instance's own disk, where indexes are sorted, ${size(free.bytes)} are free; ${largest.table} takes ${size(largest.bytes)} with its indexes.`,
      'Take a larger instance class for the copy if the restore ends with "No space left on device".',
    );
  }
  return pass(free ? `${grows} For sorting, ${size(free.bytes)} are free on the instance.` : grows);
}
