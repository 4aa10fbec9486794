import type { Cases } from '../world.ts';

export const cases: Cases = {
  'both were read': { given: {}, severity: 'PASS' },
  'one refused the login': {
    given: { refused: { name: 'SourceLoginRefused', message: 'source.invalid refused the login "passage".' } },
    severity: 'BLOCKER',
    says: /refused the login "passage"\. Every check .*runbook\.md#sourceloginrefused.*create-source-login\.sql/,
  },
};
