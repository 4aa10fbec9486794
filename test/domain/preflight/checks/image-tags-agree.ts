import { type Cases, deployment, service, withSource, withTarget } from '../world.ts';

export const cases: Cases = {
  'one tag a side': { given: {}, severity: 'PASS', says: /4 services/ },
  'two on the source': {
    given: withSource({ services: [service(), service({ service: 'jobs', imageTag: '3.100.0' })] }),
    severity: 'WARNING',
    says: /The source runs 3.114.3-stable, 3.100.0/,
  },
  'two on the target': {
    given: withTarget({ deployments: [deployment(), deployment({ imageTag: '3.100.0' })] }),
    severity: 'WARNING',
    says: /The target runs/,
  },
  'an image without a tag': {
    given: withSource({ services: [service({ imageTag: null })] }),
    severity: 'INFO',
    says: /source web/,
  },
  'nothing to look at': {
    given: { ...withSource({ services: [] }), ...withTarget({ deployments: [] }) },
    severity: 'INFO',
    says: /any service/,
  },
};
