import { type Authorize, AwsError, type Endpoint } from '../wire/endpoint.ts';
import { restEndpoint, route } from '../wire/rest.ts';
import type { LambdaRuntime } from './runtime.ts';

/** Lambda's `Invoke`, as `RequestResponse` or as `Event`. */
export function lambdaEndpoint(runtime: LambdaRuntime, authorize: Authorize): Endpoint {
  return restEndpoint({
    service: 'lambda',
    protocol: 'rest-json',
    routes: [
      route('InvokeFunction', 'POST /2015-03-31/functions/{name}/invocations', async (request) => {
        const { name, arn } = runtime.find(request.parameters.name!);
        authorize(request.principal, 'lambda:InvokeFunction', arn);
        const payload = (await request.body()).toString('utf8') || '{}';
        checkJson(payload);
        const type = request.headers['x-amz-invocation-type'] ?? 'RequestResponse';
        const headers = { 'content-type': 'application/json', 'x-amz-executed-version': '$LATEST' };
        if (type === 'Event') {
          runtime.invokeLater(name, payload);
          return { status: 202, body: '' };
        }
        if (type === 'DryRun') return { status: 204 };
        const { ok, payload: body } = await runtime.invoke(name, payload);
        return { status: 200, headers: ok ? headers : { ...headers, 'x-amz-function-error': 'Unhandled' }, body };
      }),
    ],
  });
}

function checkJson(payload: string): void {
  try {
    JSON.parse(payload);
  } catch (error) {
    const reason = `Could not parse request body into json: ${(error as Error).message}`;
    throw new AwsError('InvalidRequestContentException', 400, reason);
  }
}
