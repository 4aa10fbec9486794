import type { z } from 'zod';
import type { Resource } from './objects.ts';

/** A failure as the API server says it: a Status object. */
export class StatusError extends Error {
  readonly code: number;
  readonly reason: string;
  readonly details: object | undefined;
  constructor(code: number, reason: string, message: string, details?: object) {
    super(message);
    this.code = code;
    this.reason = reason;
    this.details = details;
  }

  body(): object {
    return {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: this.message,
      reason: this.reason,
      details: this.details,
      code: this.code,
    };
  }
}

const qualified = ({ plural, group }: Resource): string => (group ? `${plural}.${group}` : plural);
const detailsOf = ({ plural, group }: Resource, name: string) => ({ name, group: group || undefined, kind: plural });

export const notFound = (resource: Resource, name: string) =>
  new StatusError(404, 'NotFound', `${qualified(resource)} "${name}" not found`, detailsOf(resource, name));

export const alreadyExists = (resource: Resource, name: string) =>
  new StatusError(409, 'AlreadyExists', `${qualified(resource)} "${name}" already exists`, detailsOf(resource, name));

export const conflict = (resource: Resource, name: string) =>
  new StatusError(
    409,
    'Conflict',
    `Operation cannot be fulfilled on ${qualified(resource)} "${name}": the object has been modified; please apply your changes to the latest version and try again`,
    detailsOf(resource, name),
  );

export const invalid = (resource: Resource, name: string, why: string) =>
  new StatusError(
    422,
    'Invalid',
    `${resource.kind}${resource.group ? `.${resource.group}` : ''} "${name}" is invalid: ${why}`,
    detailsOf(resource, name),
  );

export const badRequest = (message: string) => new StatusError(400, 'BadRequest', message);
export const unauthorized = () => new StatusError(401, 'Unauthorized', 'Unauthorized');
export const unserved = () => new StatusError(404, 'NotFound', 'the server could not find the requested resource');

/** What the client sent, as the schema describes it; or 400. */
export function parsed<S extends z.ZodType>(schema: S, body: unknown): z.output<S> {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw badRequest(`the object provided is unrecognized: ${issue?.path.join('.')}: ${issue?.message}`);
}
