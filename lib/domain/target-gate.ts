import type { TargetFindings } from '../workflow/documents/collected.ts';
import type { IngressFindings } from '../workflow/documents/findings.ts';

type Place = IngressFindings['backends'][number];

const words = ({ service, port }: Place): string =>
  service === null ? 'a resource that is no Service' : `${service}:${port}`;

/**
 * Why an Ingress cannot be the gate, or null. Closing it points every path at the maintenance page, and opening it points
 * them all at one service again: what it had besides would be lost, and a default backend would go on answering.
 */
export function refusalAsGate({
  name,
  backends,
  defaultBackend,
  gated,
}: IngressFindings): { saw: string; todo: string } | null {
  const several = backends.map(words).join(', ');
  if (gated) {
    return {
      saw: `The gate of Ingress ${name} is closed already${backends.length > 0 ? ` in part: ${several} is still open` : ''}.`,
      todo: 'Point its paths at the service of the main backend again (helm upgrade, or kubectl edit), or let the run that closed it be unwound.',
    };
  }
  if (defaultBackend) {
    return {
      saw: `Ingress ${name} has the default backend ${words(defaultBackend)}: the gate closes paths, and users would come in beside it.`,
      todo: 'Give it a path / (pathType Prefix) to that service instead of spec.defaultBackend.',
    };
  }
  if (backends.length === 0) {
    return {
      saw: `Ingress ${name} has no path to a service.`,
      todo: 'Give it a path to the service of the main backend, or correct target.application.ingress.',
    };
  }
  if (backends.length > 1 || backends[0]?.service === null) {
    return {
      saw: `Ingress ${name} leads to ${several}: opened again after the freeze, all its paths would lead to one service.`,
      todo: 'Leave one service, the one of the main backend, behind this Ingress; move other paths to an Ingress of their own, and redirects into annotations (alb.ingress.kubernetes.io/ssl-redirect).',
    };
  }
  return null;
}

/** The one service that the gate hides and shows again; null where the Ingress cannot be the gate. */
export function backendOf(ingress: IngressFindings): TargetFindings['backend'] {
  const [only] = ingress.backends;
  if (!only || only.service === null || refusalAsGate(ingress) !== null) return null;
  return { ingress: ingress.name, service: only.service, port: only.port };
}
