import { type Cases, setOnTarget, withTarget } from '../world.ts';

export const cases: Cases = {
  'both name the record': { given: {}, severity: 'PASS', says: /retool.acme.example.com/ },
  'without a scheme': {
    given: withTarget({ variables: [setOnTarget('BASE_DOMAIN', { value: 'retool.acme.example.com' })] }),
    severity: 'PASS',
  },
  'not readable': { given: withTarget({ variables: [] }), severity: 'INFO', says: /BASE_DOMAIN of the target/ },
  'another name': {
    given: withTarget({ variables: [setOnTarget('BASE_DOMAIN', { value: 'https://new.example.com' })] }),
    severity: 'WARNING',
    says: /target is new.example.com/,
  },
  'without TLS': {
    given: withTarget({ variables: [setOnTarget('BASE_DOMAIN', { value: 'http://retool.acme.example.com' })] }),
    severity: 'WARNING',
    says: /begins with http:/,
  },
};
