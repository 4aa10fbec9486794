import { AwsError, type Endpoint, type SignedRequest, type WireResponse } from './endpoint.ts';
import { xml } from './xml.ts';

/** A request whose path fitted a route: `parameters` holds the decoded placeholders. */
export interface RoutedRequest extends SignedRequest {
  readonly parameters: Readonly<Record<string, string>>;
}

interface Route {
  /** The IAM action without its prefix. */
  readonly operation: string;
  readonly method: string;
  /** `/clusters/{name}`; `{key+}` takes the rest of the path. A trailing slash makes no difference. */
  readonly path: string;
  /** Query names that must be present, where one path serves several operations (`?versions`). */
  readonly query: readonly string[];
  handle(request: RoutedRequest): WireResponse | Promise<WireResponse>;
}

/** One operation of a REST service: `route('DescribeCluster', 'GET /clusters/{name}', …)`, `'GET /functions?list'`. */
export function route(operation: string, pattern: string, handle: Route['handle']): Route {
  const [method = '', target = ''] = pattern.split(' ');
  const [path = '', query = ''] = target.split('?');
  return { operation, method, path, query: query ? query.split('&') : [], handle };
}

/** An endpoint of the REST protocols (EKS, Lambda, SES v2 in JSON; Route 53 in XML). The first route that fits answers. */
export function restEndpoint(service: {
  /** The SigV4 signing name. */
  readonly service: string;
  readonly protocol: 'rest-json' | 'rest-xml';
  readonly routes: readonly Route[];
}): Endpoint {
  const routes = service.routes.map((each) => ({ ...each, match: matcher(each.path) }));
  return {
    service: service.service,
    operations: [...new Set(routes.map((each) => each.operation))],
    protocol: service.protocol,
    async handle(request) {
      for (const each of routes) {
        if (each.method !== request.method || !each.query.every((name) => request.query.has(name))) continue;
        const parameters = each.match(request.path);
        if (parameters) return each.handle({ ...request, body: () => request.body(), parameters });
      }
      throw new AwsError(
        'UnknownOperationException',
        404,
        `${service.service} has no operation for ${request.method} ${request.path} here.`,
      );
    },
  };
}

/** Answer in JSON: `json({ cluster })`, `json({ }, 201)`. */
export const json = (value: object, status = 200, headers: Readonly<Record<string, string>> = {}): WireResponse => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(value),
});

/** Answer in XML: `xmlAnswer('GetChangeResponse', { ChangeInfo }, 'https://route53…')`. */
export const xmlAnswer = (
  root: string,
  content: Readonly<Record<string, unknown>>,
  namespace?: string,
  status = 200,
): WireResponse => ({
  status,
  headers: { 'content-type': 'text/xml' },
  body: xml(root, content, namespace),
});

function matcher(pattern: string): (path: string) => Record<string, string> | undefined {
  const names: string[] = [];
  const source = pattern
    .replace(/\/$/, '')
    .split('/')
    .map((segment) => {
      const placeholder = /^\{(\w+)(\+?)\}$/.exec(segment);
      if (!placeholder) return segment.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
      names.push(placeholder[1]!);
      return placeholder[2] ? '(.+)' : '([^/]+)';
    })
    .join('/');
  const expression = new RegExp(`^${source}/?$`);
  return (path) => {
    const found = expression.exec(path);
    if (!found) return undefined;
    return Object.fromEntries(names.map((name, index) => [name, decode(found[index + 1]!)]));
  };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new AwsError('ValidationException', 400, `The path segment ${text} is not percent-encoded correctly.`);
  }
}
