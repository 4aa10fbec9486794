import { type Cases, service, withSource } from '../world.ts';

export const cases: Cases = {
  'by a count': { given: {}, severity: 'PASS' },
  'one on every instance': {
    given: withSource({ services: [service(), service({ service: 'jobs', daemon: true })] }),
    severity: 'BLOCKER',
    says: /^jobs run by .*REPLICA/,
  },
};
