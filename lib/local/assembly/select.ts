import { z } from 'zod';
import type { Resource } from './template.ts';

/** The resources of one type, each with the properties that are read of it, checked. */
export function select<S extends z.ZodType>(
  resources: readonly Resource[],
  type: string,
  schema: S,
): { readonly resource: Resource; readonly properties: z.output<S> }[] {
  return resources
    .filter((resource) => resource.type === type)
    .map((resource) => {
      const result = schema.safeParse(resource.properties);
      if (result.success) return { resource, properties: result.data };
      throw new Error(`${type} ${resource.logicalId} cannot be read: ${z.prettifyError(result.error)}`);
    });
}

/** CloudFormation writes booleans and numbers as text where a template was made so. */
export const flag = z.union([z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')]);
