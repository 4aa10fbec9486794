import type { z } from 'zod';
import { AwsError, type Endpoint, type SignedRequest, type WireResponse } from './endpoint.ts';

/** One operation of a JSON service: parsed input in, plain output out (timestamps as epoch seconds, blobs in base64). */
type JsonOperation = (input: unknown, request: SignedRequest) => object | undefined | Promise<object | undefined>;

/** An operation whose input is checked first; what does not fit is a ValidationException that names the field. */
export function operation<S extends z.ZodType>(
  schema: S,
  run: (input: z.output<S>, request: SignedRequest) => object | undefined | Promise<object | undefined>,
): JsonOperation {
  return (input, request) => run(validated(schema, input), request);
}

/** The input as the schema describes it, or AWS's ValidationException (400). */
export function validated<S extends z.ZodType>(schema: S, input: unknown): z.output<S> {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const where = issue?.path.length ? issue.path.join('.') : 'the input';
  throw new AwsError(
    'ValidationException',
    400,
    `1 validation error detected: Value at '${where}' failed: ${issue?.message}`,
  );
}

/** How AWS JSON services write an instant. */
export const epochSeconds = (milliseconds: number): number => milliseconds / 1000;

/**
 * An endpoint of the AWS JSON protocols (Step Functions, ECS, Secrets Manager, SSM, KMS, EventBridge, CloudWatch):
 * a POST to `/` whose `X-Amz-Target` header is `<targetPrefix>.<Operation>`.
 */
export function jsonEndpoint(service: {
  /** The SigV4 signing name. */
  readonly service: string;
  /** What its IAM actions begin with, where that is another. */
  readonly prefix?: string;
  /** `AWSStepFunctions`, `AmazonEC2ContainerServiceV20141113`, … */
  readonly targetPrefix: string;
  readonly version: '1.0' | '1.1';
  readonly operations: Readonly<Record<string, JsonOperation>>;
}): Endpoint {
  const contentType = `application/x-amz-json-${service.version}`;
  return {
    service: service.service,
    ...(service.prefix && { prefix: service.prefix }),
    operations: Object.keys(service.operations),
    protocol: 'json',
    async handle(request): Promise<WireResponse> {
      const [prefix, name = ''] = String(request.headers['x-amz-target'] ?? '').split('.');
      const run = Object.hasOwn(service.operations, name) ? service.operations[name] : undefined;
      if (!run || prefix !== service.targetPrefix) {
        throw new AwsError(
          'UnknownOperationException',
          400,
          `${service.service} has no operation ${name || '(none named)'} here.`,
        );
      }
      const output = await run(parseJson(await request.body()), request);
      return { status: 200, headers: { 'content-type': contentType }, body: JSON.stringify(output ?? {}) };
    },
  };
}

/** The body of a JSON request: an empty one is an empty object. */
export function parseJson(body: Buffer): unknown {
  if (body.length === 0) return {};
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw new AwsError('SerializationException', 400, 'The request body is not JSON.');
  }
}
