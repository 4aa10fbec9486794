import { type Cases, withApprovals } from '../world.ts';

export const cases: Cases = {
  'nobody has tried': { given: {}, severity: 'INFO', says: /alice@acme.com/ },
  'a domain for examples': {
    given: withApprovals({ approvers: [{ email: 'alice@example.com', principals: [] }] }),
    severity: 'WARNING',
    says: /alice@example.com/,
  },
};
