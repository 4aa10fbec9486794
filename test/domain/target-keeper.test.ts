import { keeperOf } from '../../lib/domain/target-keeper.ts';

const installed = { 'meta.helm.sh/release-name': 'retool', 'meta.helm.sh/release-namespace': 'retool' };
const chart = { 'app.kubernetes.io/managed-by': 'Helm' };

test.each([
  ['Helm itself, which puts nothing back', chart, installed, null],
  ['nobody', {}, {}, null],
  [
    'Argo CD by its annotation',
    chart,
    { 'argocd.argoproj.io/tracking-id': 'tools:apps/Deployment:retool/retool' },
    ['argo-cd', 'tools'],
  ],
  ['Argo CD by a label of its own', { 'argocd.argoproj.io/instance': 'tools' }, {}, ['argo-cd', 'tools']],
  ['Argo CD after Helm', chart, { ...installed, 'argocd.argoproj.io/tracking-id': 'a:x:b/c' }, ['argo-cd', 'a']],
  [
    'Flux by a HelmRelease',
    { ...chart, 'helm.toolkit.fluxcd.io/name': 'retool' },
    installed,
    ['flux', 'HelmRelease retool'],
  ],
  ['Flux by a Kustomization', { 'kustomize.toolkit.fluxcd.io/name': 'apps' }, {}, ['flux', 'Kustomization apps']],
  ['somebody who renders the chart', { ...chart, 'app.kubernetes.io/instance': 'retool' }, {}, ['not-helm', 'retool']],
] as const)('an object is kept by %s', (_, labels, annotations, kept) => {
  expect(keeperOf({ labels, annotations })).toEqual(kept && { by: kept[0], name: kept[1] });
});

test('an object without labels and annotations is kept by nobody', () => {
  expect(keeperOf(undefined)).toBeNull();
});
