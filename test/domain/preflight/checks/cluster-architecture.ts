import { type Cases, deployment, withTarget } from '../world.ts';

export const cases: Cases = {
  'not known': { given: {}, severity: 'INFO', says: /amd64/ },
  ARM: {
    given: withTarget({ deployments: [deployment({ image: 'mirror/backend:3.1.0-arm64' })] }),
    severity: 'WARNING',
    says: /ARM/,
  },
};
