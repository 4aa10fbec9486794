import type { Keeper } from '../../../workflow/documents/findings.ts';
import { several } from '../../quantities.ts';
import { type Check, info, pass, warning } from '../check.ts';

const tools = { 'argo-cd': 'Argo CD application', flux: 'Flux', 'not-helm': 'the release' } as const;
const words = ({ by, name }: Keeper): string => `${tools[by]} ${name}`;

/** Replicas and the gate are changed on the cluster alone: whoever puts them back starts pods early, or opens the gate. */
export const check: Check = {
  id: 'target-keeper',
  title: 'Nothing sets back what a cutover changes on the target cluster',
  about: 'cutover',
  needsTarget: true,
  look({ target: { deployments, ingress } }) {
    const objects = [
      ...deployments.map(({ name, keeper }) => ({ name, keeper })),
      ...(ingress ? [{ name: `Ingress ${ingress.name}`, keeper: ingress.keeper }] : []),
    ];
    const keptBy = (is: (by: Keeper['by']) => boolean) =>
      objects.flatMap(({ name, keeper }) => (keeper && is(keeper.by) ? [{ name, keeper: words(keeper) }] : []));
    const kept = keptBy((by) => by !== 'not-helm');
    if (kept.length > 0) {
      return warning(
        `${several([...new Set(kept.map(({ keeper }) => keeper))])} keeps ${several(kept.map(({ name }) => name))} as a repository says: it may start pods while data is copied, stop them after, and open the gate before the point of no return.`,
        'Stop it for the cutover (Argo CD: argocd app set <application> --sync-policy none; Flux: flux suspend helmrelease or kustomization <name>), override this, and start it again once the repository says what then runs.',
      );
    }
    const rendered = keptBy((by) => by === 'not-helm');
    if (rendered.length > 0) {
      return info(
        `Helm has not installed ${several(rendered.map(({ name }) => name))}, although a chart made them.`,
        'If Argo CD did (it may track by a label that Helm has too), stop its automatic synchronization for the cutover.',
      );
    }
    return pass('No object bears the marks of Argo CD or Flux.');
  },
};
