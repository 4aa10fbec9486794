import { type Cases, deployment, service, withSource, withTarget } from '../world.ts';

const images = (from: string, to: string) => ({
  ...withSource({ imageTag: '3.148.5', services: [service({ image: `${from}:3.148.5` })] }),
  ...withTarget({ imageTag: '3.148.5', deployments: [deployment({ image: `${to}:3.148.5@sha256:0` })] }),
});
const registry = '111111111111.dkr.ecr.eu-west-1.amazonaws.com';

export const cases: Cases = {
  equal: { given: {}, severity: 'PASS', says: /3.114.3/ },
  'newer on the target': {
    given: { ...withSource({ imageTag: '3.114.3-stable' }), ...withTarget({ imageTag: '3.114.5-stable' }) },
    severity: 'WARNING',
    says: /Pin/,
  },
  'many releases ahead': {
    given: { ...withSource({ imageTag: '3.114.3' }), ...withTarget({ imageTag: '3.148.1' }) },
    severity: 'WARNING',
    says: /too far for one step/,
  },
  'another major': {
    given: { ...withSource({ imageTag: '3.300.0' }), ...withTarget({ imageTag: '4.0.1' }) },
    severity: 'WARNING',
    says: /too far for one step/,
  },
  'unknown on a side': {
    given: { ...withSource({ imageTag: null }), ...withTarget({ imageTag: '3.114.3' }) },
    severity: 'WARNING',
    says: /Could not be learned/,
  },
  'tags that are no versions': {
    given: { ...withSource({ imageTag: 'latest' }), ...withTarget({ imageTag: 'edge' }) },
    severity: 'WARNING',
    says: /cannot be told/,
  },
  'older on the target': {
    given: { ...withSource({ imageTag: '3.148.5' }), ...withTarget({ imageTag: '3.114.3' }) },
    severity: 'BLOCKER',
    says: /older version/,
  },
  'an older major on the target': {
    given: { ...withSource({ imageTag: '4.0.1' }), ...withTarget({ imageTag: '3.300.0' }) },
    severity: 'BLOCKER',
    says: /older version/,
  },
  'from before 4.0 to 4.31': {
    given: { ...withSource({ imageTag: '3.300.0' }), ...withTarget({ imageTag: '4.31.0' }) },
    severity: 'BLOCKER',
    says: /no direct way/,
  },
  'the same tag, which moves': {
    given: { ...withSource({ imageTag: 'latest' }), ...withTarget({ imageTag: 'latest' }) },
    severity: 'WARNING',
    says: /Both say latest, a tag that moves.*checkHealth/,
  },
  'the same tag of their own': {
    given: { ...withSource({ imageTag: 'acme-7' }), ...withTarget({ imageTag: 'acme-7' }) },
    severity: 'PASS',
  },
  'ten releases ahead': {
    given: { ...withSource({ imageTag: '3.114.3' }), ...withTarget({ imageTag: '3.124.0' }) },
    severity: 'WARNING',
    says: /target 3\.124\.0\. Pin/,
  },
  'eleven releases ahead': {
    given: { ...withSource({ imageTag: '3.114.3' }), ...withTarget({ imageTag: '3.125.0' }) },
    severity: 'WARNING',
    says: /too far for one step/,
  },
  'from 4.0 on to 4.31': {
    given: { ...withSource({ imageTag: '4.0.1' }), ...withTarget({ imageTag: '4.31.0' }) },
    severity: 'WARNING',
    says: /too far for one step/,
  },
  'a tag of their own on one side': {
    given: { ...withSource({ imageTag: 'acme-7' }), ...withTarget({ imageTag: '3.114.3' }) },
    severity: 'WARNING',
    says: /cannot be told/,
  },
  'an image of their own on the source': {
    given: images(`${registry}/acme/retool`, 'tryretool/backend'),
    severity: 'INFO',
    says: /of other repositories: 1{12}\S+\/acme\/retool on the source, tryretool\/backend on the target/,
  },
  'by a registry that passes images on': {
    given: images('tryretool/backend', `${registry}/docker-hub/tryretool/backend`),
    severity: 'PASS',
  },
  'by the same registry on both sides': {
    given: images(`${registry}/acme/retool`, `${registry}/acme/retool`),
    severity: 'PASS',
  },
  'on the source by a registry that passes images on': {
    given: images('docker.io/tryretool/backend', 'tryretool/backend'),
    severity: 'PASS',
  },
};
