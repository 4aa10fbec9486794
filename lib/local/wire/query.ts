import { AwsError, type Endpoint, type SignedRequest } from './endpoint.ts';
import { xml } from './xml.ts';

/** One operation of a Query service: form parameters in, elements of `<NameResult>` out (lists as `{ member: [...] }`). */
export type QueryOperation = (
  parameters: URLSearchParams,
  request: SignedRequest,
) => Readonly<Record<string, unknown>> | Promise<Readonly<Record<string, unknown>>>;

/** A list of the parameters: `Names.member.1`, `Names.member.2`, … */
export const listOf = (parameters: URLSearchParams, name: string): string[] =>
  [...parameters].flatMap(([key, value]) => (key.startsWith(`${name}.member.`) ? [value] : []));

/** An endpoint of the AWS Query protocol (STS, ELBv2, RDS): `Action=Name&Version=…` in a form body or in the URL, XML out. */
export function queryEndpoint(service: {
  /** The SigV4 signing name. */
  readonly service: string;
  /** `2011-06-15` */
  readonly version: string;
  readonly namespace: string;
  readonly operations: Readonly<Record<string, QueryOperation>>;
}): Endpoint {
  return {
    service: service.service,
    operations: Object.keys(service.operations),
    protocol: 'query',
    async handle(request) {
      const parameters =
        request.method === 'POST' ? new URLSearchParams((await request.body()).toString('utf8')) : request.query;
      const name = parameters.get('Action') ?? '';
      const run = Object.hasOwn(service.operations, name) ? service.operations[name] : undefined;
      if (!run || parameters.get('Version') !== service.version) {
        throw new AwsError(
          'InvalidAction',
          400,
          `Could not find operation ${name} for version ${parameters.get('Version')}.`,
        );
      }
      const result = await run(parameters, request);
      return {
        status: 200,
        headers: { 'content-type': 'text/xml' },
        body: xml(`${name}Response`, { [`${name}Result`]: result, ResponseMetadata: {} }, service.namespace),
      };
    },
  };
}
