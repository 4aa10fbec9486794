import { type Cases, withSource } from '../world.ts';

export const cases: Cases = {
  'before 4.0': { given: {}, severity: 'PASS', says: /before 4.0/ },
  unknown: { given: withSource({ imageTag: null }), severity: 'INFO', says: /Could not be learned/ },
  '4.0': { given: withSource({ imageTag: '4.0.2' }), severity: 'WARNING', says: /banner/ },
};
