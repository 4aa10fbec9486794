import { z } from 'zod';
import type { Manifest } from './object-store.ts';
import { DEPLOYMENTS, JOBS, PODS, type Resource } from './objects.ts';
import { invalid } from './status.ts';

const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const label = z
  .string()
  .max(63)
  .regex(LABEL, "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-'");

const pod = z.looseObject({
  containers: z.array(z.looseObject({ name: label, image: z.string().min(1) })).min(1),
  initContainers: z.array(z.unknown()).max(0, 'init containers are not simulated').optional(),
});
const specs = new Map<Resource, z.ZodType>([
  [PODS, pod],
  [
    JOBS,
    z.looseObject({
      template: z.looseObject({
        spec: z.looseObject({
          ...pod.shape,
          restartPolicy: z.enum(['OnFailure', 'Never'], 'Required value: valid values: "OnFailure", "Never"'),
        }),
      }),
    }),
  ],
  [
    DEPLOYMENTS,
    z.looseObject({
      replicas: z.int().min(0).optional(),
      selector: z.looseObject({ matchLabels: z.record(z.string(), z.string()) }),
      template: z.looseObject({ spec: pod }),
    }),
  ],
]);

/** Throws 422 Invalid for what the API server would not store. Only what the simulated cluster relies upon is checked. */
export function validate(resource: Resource, { metadata, spec }: Manifest): void {
  const name = metadata.name ?? metadata.generateName?.replace(/-$/, '');
  // Names of roles may have colons; those of everything else are DNS subdomains.
  if (
    !name ||
    (resource.group !== 'rbac.authorization.k8s.io' &&
      (name.length > 253 || !name.split('.').every((each) => LABEL.test(each))))
  ) {
    throw invalid(
      resource,
      name ?? '',
      `metadata.name: Invalid value: "${name ?? ''}": a lowercase RFC 1123 subdomain is required`,
    );
  }
  const found = specs.get(resource)?.safeParse(spec);
  if (found && !found.success) {
    const [issue] = found.error.issues;
    throw invalid(resource, name, `spec.${issue?.path.join('.')}: ${issue?.message}`);
  }
}
