import { type Cases, variable, withSource } from '../world.ts';

export const cases: Cases = {
  'all are kept': { given: {}, severity: 'PASS', says: /1 value\./ },
  'one is not': {
    given: withSource({ variables: [variable('JWT_SECRET', { secret: true })] }),
    severity: 'WARNING',
    says: /JWT_SECRET/,
  },
  'one that is held back is not': {
    given: withSource({ variables: [variable('CLIENT_SECRET', { secret: true, fate: 'hold' })] }),
    severity: 'WARNING',
    says: /CLIENT_SECRET/,
  },
};
