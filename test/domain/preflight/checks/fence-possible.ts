import { type Cases, withSource } from '../world.ts';

export const cases: Cases = {
  'an ordinary login is proved later': { given: {}, severity: 'INFO', says: /"retool" may be locked/ },
  'the master': {
    given: withSource({ applicationLogin: { user: 'postgres', secretArn: 'arn' } }),
    severity: 'WARNING',
    says: /master/,
  },
  unknown: { given: withSource({ applicationLogin: null }), severity: 'BLOCKER', says: /not known/ },
};
