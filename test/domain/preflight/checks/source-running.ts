import { type Cases, service, withSource } from '../world.ts';

export const cases: Cases = {
  'it runs': { given: {}, severity: 'PASS', says: /web: 2/ },
  'it is stopped': {
    given: withSource({ services: [service({ desiredCount: 0 })] }),
    severity: 'WARNING',
    says: /No main backend/,
  },
};
