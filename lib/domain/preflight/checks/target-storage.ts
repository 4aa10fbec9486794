import { type Check, unlearned } from '../check.ts';
import { size } from '../words.ts';

/** Data, indexes that are sorted beside them, and the write-ahead log of both. */
const ROOM = 1.5;

/** No statement of PostgreSQL tells how much room a server has. */
export const check: Check = {
  id: 'target-storage',
  title: 'The target has room for the copy',
  about: 'copy',
  look({ databases: { source, target } }) {
    const grown = source.growth ? ` It grows by ${size(source.growth.bytesPerDay)} a day.` : '';
    const where = target.provider === 'aurora' ? 'Aurora grows by itself' : 'FreeStorageSpace in CloudWatch, or df';
    return unlearned(
      `the free storage of the target. The source holds ${size(source.sizeBytes)}, so the copy needs about ${size(source.sizeBytes * ROOM)}.${grown}`,
      `Look at it (${where}); autoscaling of storage reacts too late for a copy.`,
    );
  },
};
