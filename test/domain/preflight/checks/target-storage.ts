import { type Cases, withDatabases } from '../world.ts';

export const cases: Cases = {
  'it is never known, and says how much is needed': { given: {}, severity: 'INFO', says: /60 MB.*90 MB/ },
  'Aurora grows': { given: withDatabases({}, { provider: 'aurora' }), severity: 'INFO', says: /Aurora/ },
};
