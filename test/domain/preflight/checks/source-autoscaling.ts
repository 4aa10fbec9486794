import { type Cases, service, withSource } from '../world.ts';

export const cases: Cases = {
  'not known': { given: {}, severity: 'INFO', says: /Could not be learned/ },
  on: {
    given: withSource({ services: [service({ autoscaling: { min: 1, max: 4 } })] }),
    severity: 'WARNING',
    says: /web/,
  },
};
