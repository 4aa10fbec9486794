import { type Check, info, pass, unlearned } from '../check.ts';

/** Its bucket and credentials are a resource within the main database, so they move; the way to the bucket does not. */
export const check: Check = {
  id: 'retool-storage',
  title: 'No file of Retool Storage is left behind',
  about: 'application',
  needsDatabases: true,
  look({ databases }) {
    const types = databases.source.resourceTypes;
    if (!types) return unlearned('whether Retool Storage is used.', 'Look into Settings > Storage on the source.');
    const stores = types.filter(({ type }) => /storage/i.test(type));
    if (stores.length === 0) return pass('No resource is a storage.');
    return info(
      `Resources of type ${stores.map(({ type, count }) => `${type} (${count})`).join(', ')} keep files outside of the database.`,
      'They stay in their bucket. Let the network and the role of the target reach it, and open a file after the switch.',
    );
  },
};
