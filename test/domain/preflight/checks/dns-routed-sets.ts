import { record } from '../../../support/run-documents.ts';
import { type Cases, withDns } from '../world.ts';

export const cases: Cases = {
  'one record': { given: {}, severity: 'PASS', says: /simple/ },
  weighted: {
    given: withDns({ records: [record({ setIdentifier: 'east' }), record({ setIdentifier: 'west' })] }),
    severity: 'BLOCKER',
    says: /2 routed record sets/,
  },
};
