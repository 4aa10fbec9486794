import { type Cases, variable, withSource } from '../world.ts';

export const cases: Cases = {
  'not configured': { given: {}, severity: 'PASS' },
  'one whose host cannot be read': {
    given: withSource({ variables: [variable('RETOOLDB_POSTGRES_HOST', { reference: '/acme/retooldb' })] }),
    severity: 'INFO',
    says: /Could not be learned/,
  },
  'one that an environment file may name': {
    given: withSource({ environmentFiles: ['arn:aws:s3:::acme/.env'] }),
    severity: 'INFO',
    says: /Could not be learned/,
  },
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
