import { type Cases, withSource } from '../world.ts';

export const cases: Cases = {
  'not configured': { given: {}, severity: 'PASS' },
  elsewhere: {
    given: withSource({
      retoolDatabase: { host: 'db', port: 5432, database: 'retooldb', user: 'u', ssl: 'disable', sameServer: false },
    }),
    severity: 'INFO',
    says: /stays where it is/,
  },
  'on the same server': {
    given: withSource({
      retoolDatabase: { host: 'db', port: 5432, database: 'retooldb', user: 'u', ssl: 'disable', sameServer: true },
    }),
    severity: 'WARNING',
    says: /retooldb at db:5432/,
  },
};
