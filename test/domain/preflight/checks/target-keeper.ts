import type { Keeper } from '../../../../lib/workflow/documents/findings.ts';
import { type Cases, deployment, fine, withTarget } from '../world.ts';

const kept = (keeper: Keeper, ingress: Keeper | null = null) =>
  withTarget({
    deployments: [deployment({ keeper }), deployment({ name: 'retool-jobs', role: 'jobs-runner' })],
    ingress: { ...fine.target.ingress!, keeper: ingress },
  });

export const cases: Cases = {
  nobody: { given: {}, severity: 'PASS' },
  'Argo CD': {
    given: kept({ by: 'argo-cd', name: 'tools' }, { by: 'argo-cd', name: 'tools' }),
    severity: 'WARNING',
    says: /^Argo CD application tools keeps retool, Ingress retool as a repository says/,
  },
  'Flux, of the Ingress alone': {
    given: withTarget({ ingress: { ...fine.target.ingress!, keeper: { by: 'flux', name: 'Kustomization apps' } } }),
    severity: 'WARNING',
    says: /^Flux Kustomization apps keeps Ingress retool /,
  },
  'somebody who rendered the chart': {
    given: kept({ by: 'not-helm', name: 'retool' }),
    severity: 'INFO',
    says: /Helm has not installed retool,/,
  },
  'no Ingress': { given: withTarget({ ingress: null }), severity: 'PASS' },
};
