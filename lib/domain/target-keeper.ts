import type { Keeper } from '../workflow/documents/findings.ts';

interface Marked {
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/**
 * Who sets an object of the cluster back to what a repository says, by the marks that it leaves on the object. Argo CD
 * that tracks by Helm's own label, as it did up to version 2, leaves none: but then Helm has not installed the chart.
 */
export function keeperOf({ labels = {}, annotations = {} }: Marked = {}): Keeper | null {
  const application =
    annotations['argocd.argoproj.io/tracking-id']?.split(':')[0] ?? labels['argocd.argoproj.io/instance'];
  if (application) return { by: 'argo-cd', name: application };
  const release = labels['helm.toolkit.fluxcd.io/name'];
  if (release) return { by: 'flux', name: `HelmRelease ${release}` };
  const kustomization = labels['kustomize.toolkit.fluxcd.io/name'];
  if (kustomization) return { by: 'flux', name: `Kustomization ${kustomization}` };
  if (labels['app.kubernetes.io/managed-by'] !== 'Helm' || annotations['meta.helm.sh/release-name']) return null;
  return { by: 'not-helm', name: labels['app.kubernetes.io/instance'] ?? '' };
}
