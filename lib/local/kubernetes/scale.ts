import { z } from 'zod';
import type { ApiRequest } from './api.ts';
import type { ObjectStore } from './object-store.ts';
import { DEPLOYMENTS, type Deployment } from './objects.ts';
import { patched } from './patch.ts';
import { conflict, invalid, parsed, unserved } from './status.ts';
import type { Target } from './target.ts';

const scaleOf = z.looseObject({
  metadata: z.looseObject({ resourceVersion: z.string().optional() }).default({}),
  spec: z.looseObject({ replicas: z.int().default(0) }),
});

/** Reads or writes a Deployment's `scale`: its replicas alone. */
export function scale({ resource, namespace, name }: Target, request: ApiRequest, store: ObjectStore): object {
  if (resource !== DEPLOYMENTS) throw unserved();
  const deployment = store.get<Deployment>(DEPLOYMENTS, namespace, name!);
  const current = ({ metadata, spec, status }: Deployment) => ({
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, namespace, uid: metadata.uid, resourceVersion: metadata.resourceVersion },
    spec: { replicas: spec.replicas ?? 1 },
    status: { replicas: status.replicas ?? 0, selector: selectorText(deployment) },
  });
  if (request.method === 'GET') return current(deployment);
  const next =
    request.method === 'PATCH' ? patched(current(deployment), request.contentType, request.body) : request.body;
  const { metadata, spec } = parsed(scaleOf, next);
  if (metadata.resourceVersion && metadata.resourceVersion !== deployment.metadata.resourceVersion)
    throw conflict(DEPLOYMENTS, name!);
  if (spec.replicas < 0)
    throw invalid(
      DEPLOYMENTS,
      name!,
      `spec.replicas: Invalid value: ${spec.replicas}: must be greater than or equal to 0`,
    );
  return current(
    store.update(deployment, (draft) => {
      draft.spec.replicas = spec.replicas;
    }),
  );
}

const selectorText = ({ spec }: Deployment): string =>
  Object.entries(spec.selector.matchLabels ?? {})
    .map(([name, value]) => `${name}=${value}`)
    .join(',');
