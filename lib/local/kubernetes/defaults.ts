import { withDeploymentDefaults } from './deployment-controller.ts';
import { withJobDefaults } from './job-controller.ts';
import {
  DEPLOYMENTS,
  type Deployment,
  JOBS,
  type Job,
  type KubernetesObject,
  PODS,
  type Pod,
  type Resource,
  SERVICES,
  type Service,
} from './objects.ts';

/** The spec of an object with what the API server writes into it where nobody said otherwise. */
export function withDefaults(resource: Resource, object: KubernetesObject): unknown {
  if (resource === JOBS) return withJobDefaults((object as Job).spec, object.metadata.uid, object.metadata.name);
  if (resource === SERVICES) return withServiceDefaults((object as Service).spec);
  if (resource === PODS) return withPodDefaults((object as Pod).spec);
  if (resource !== DEPLOYMENTS) return object.spec;
  const spec = withDeploymentDefaults((object as Deployment).spec);
  return { ...spec, template: { ...spec.template, spec: withPodDefaults(spec.template.spec!) } };
}

const withPodDefaults = (spec: Pod['spec']): Pod['spec'] => ({
  ...spec,
  containers: spec.containers.map((container) =>
    container.ports
      ? { ...container, ports: container.ports.map((port) => ({ ...port, protocol: port.protocol ?? 'TCP' })) }
      : container,
  ),
});

const withServiceDefaults = (spec: Service['spec']): Service['spec'] => ({
  type: 'ClusterIP',
  sessionAffinity: 'None',
  ...spec,
  ...(spec.ports && { ports: spec.ports.map((each) => ({ protocol: 'TCP', targetPort: each.port, ...each })) }),
});
