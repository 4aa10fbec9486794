import { type Cases, setOnTarget, withTarget } from '../world.ts';

const named = setOnTarget('BASE_DOMAIN', { value: 'https://retool.acme.example.com' });

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
  'cookies that travel without TLS as well': {
    given: withTarget({ variables: [named, setOnTarget('COOKIE_INSECURE', { value: 'true' })] }),
    severity: 'WARNING',
    says: /COOKIE_INSECURE of the target is true/,
  },
  'cookies that travel with TLS alone': {
    given: withTarget({ variables: [named, setOnTarget('COOKIE_INSECURE', { value: 'false' })] }),
    severity: 'PASS',
  },
  'cookies that travel without TLS, of a target whose name is not known': {
    given: withTarget({ variables: [setOnTarget('COOKIE_INSECURE', { value: 'true' })] }),
    severity: 'INFO',
    says: /BASE_DOMAIN of the target/,
  },
};
