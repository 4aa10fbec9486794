import { size } from '../../quantities.ts';
import { type Check, pass, unlearned, warning } from '../check.ts';

/** A share of the database a day from which a prediction is stale before its rehearsal is. */
const FAST = 0.05;

export const check: Check = {
  id: 'database-growth',
  title: 'The source grows slowly enough for a rehearsal to predict the cutover',
  about: 'copy',
  needsDatabases: true,
  look({ databases: { source } }) {
    const measured = source.growth;
    const rate = measured ?? source.server?.filling;
    if (!rate) {
      return unlearned('how fast the source grows.', 'A rehearsal at least an hour after another one measures it.');
    }
    // Before there are two rehearsals only the whole server is known: other databases and the log are in it.
    const whose = measured ? '' : `As CloudWatch has it, the storage of ${source.server?.name} fills by `;
    const { bytesPerDay, since } = rate;
    const share = source.sizeBytes === 0 ? 0 : bytesPerDay / source.sizeBytes;
    if (share > FAST) {
      return warning(
        `${whose}${size(bytesPerDay)} a day since ${since.slice(0, 10)}, ${Math.round(share * 100)} % of the database.`,
        'Find the table that grows (audit events and workflow runs have a retention), and rehearse on the day of the cutover.',
      );
    }
    return pass(bytesPerDay <= 0 ? 'It did not grow.' : `${whose}${size(bytesPerDay)} a day.`);
  },
};
