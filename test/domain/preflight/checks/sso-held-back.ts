import { type Cases, setOnTarget, variable, withSource, withTarget } from '../world.ts';

export const cases: Cases = {
  'no single sign-on': { given: {}, severity: 'PASS', says: /none/ },
  'the source may set some in an environment file': {
    given: withSource({ environmentFiles: ['arn:aws:s3:::acme/.env'] }),
    severity: 'INFO',
    says: /Could not be learned: whether the source/,
  },
  'held back': {
    given: withSource({ variables: [variable('CLIENT_ID', { fate: 'hold' })] }),
    severity: 'INFO',
    says: /Held back: CLIENT_ID/,
  },
  'it may be set in an object whose keys are not known': {
    given: {
      ...withSource({ variables: [variable('CLIENT_ID', { fate: 'hold' })] }),
      ...withTarget({
        environmentFrom: [
          { kind: 'secret', name: 'extra-env-vars', through: 'ExternalSecret extra-env-vars', complete: false },
        ],
      }),
    },
    severity: 'INFO',
    says: /Could not be learned: whether extra-env-vars sets CLIENT_ID/,
  },
  'set too early': {
    given: {
      ...withSource({ variables: [variable('CLIENT_ID', { fate: 'hold' })] }),
      ...withTarget({ variables: [setOnTarget('CLIENT_ID')] }),
    },
    severity: 'WARNING',
    says: /already: CLIENT_ID/,
  },
};
