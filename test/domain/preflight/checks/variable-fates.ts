import { deployed, migrationFile } from '../../../support/run-documents.ts';
import { type Cases, variable, withSource } from '../world.ts';

const saying = (variables: Readonly<Record<string, 'carry' | 'drop'>>) => {
  const file = migrationFile();
  return {
    configuration: deployed({ ...file, source: { ...file.source, ecs: { ...file.source.ecs, variables } } }),
    ...withSource({
      variables: [
        variable('ACME_THEME', { fate: 'drop', because: 'the configuration says so' }),
        variable('JWT_SECRET', { because: 'keeps users signed in' }),
        variable('POSTGRES_HOST', { fate: 'derive', because: 'is where the main database is, which moves' }),
      ],
    }),
  };
};

export const cases: Cases = {
  none: { given: saying({}), severity: 'PASS', says: /None is stated/ },
  'of a variable that is asked about': {
    given: saying({ ACME_THEME: 'drop' }),
    severity: 'PASS',
    says: /1 variable\./,
  },
  'of one that the source does not have': {
    given: saying({ ACME_THEEM: 'drop' }),
    severity: 'WARNING',
    says: /no variable ACME_THEEM \(did you mean ACME_THEME\?\)/,
  },
  'of one that is like no other': {
    given: saying({ OTHER: 'carry' }),
    severity: 'WARNING',
    says: /no variable OTHER\./,
  },
  'of one that cannot be dropped': {
    given: saying({ JWT_SECRET: 'drop' }),
    severity: 'WARNING',
    says: /JWT_SECRET is not "drop" but "carry", as it keeps users signed in/,
  },
  'of one that cannot be carried': {
    given: saying({ POSTGRES_HOST: 'carry' }),
    severity: 'WARNING',
    says: /POSTGRES_HOST is not "carry" but "derive"/,
  },
  'that is so anyway': { given: saying({ JWT_SECRET: 'carry' }), severity: 'INFO', says: /JWT_SECRET "carry"/ },
};
