import { type Cases, withSource, withTarget } from '../world.ts';

export const cases: Cases = {
  'before 4.0': { given: {}, severity: 'PASS', says: /before 4.0/ },
  unknown: { given: withSource({ imageTag: null }), severity: 'INFO', says: /Could not be learned.*20240301/ },
  '4.0': { given: withSource({ imageTag: '4.0.2' }), severity: 'WARNING', says: /banner alone.*20240301000000-last/ },
  'the last one that migrates in the background': {
    given: withSource({ imageTag: '4.30.9-edge' }),
    severity: 'WARNING',
    says: /15 hours/,
  },
  'one that does not start before': { given: withSource({ imageTag: '4.31.0-edge' }), severity: 'PASS' },
  'a target that would not start before': {
    given: { ...withSource({ imageTag: '4.10.1' }), ...withTarget({ imageTag: '4.33.0-stable' }) },
    severity: 'WARNING',
    says: /4.33.0-stable would finish it before its first start/,
  },
  'a target of the same version, which adds nothing to it': {
    given: { ...withSource({ imageTag: '4.10.1' }), ...withTarget({ imageTag: '4.10.1' }) },
    severity: 'WARNING',
    says: /^(?!.*would finish it).*banner/,
  },
  'the first target that would not start before': {
    given: { ...withSource({ imageTag: '4.10.1' }), ...withTarget({ imageTag: '4.31.0-edge' }) },
    severity: 'WARNING',
    says: /would finish it/,
  },
  'a target of unknown version': {
    given: { ...withSource({ imageTag: '4.10.1' }), ...withTarget({ imageTag: 'latest' }) },
    severity: 'WARNING',
    says: /^(?!.*would finish it).*banner/,
  },
};
