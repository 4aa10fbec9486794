import type { HttpRoute } from '../assembly/triggers.ts';

export interface RouteMatch {
  readonly route: HttpRoute;
  readonly pathParameters: Readonly<Record<string, string>>;
}

/**
 * The route that API Gateway takes: one whose path fits; a literal segment before a parameter, a parameter before the
 * rest of a path (`{proxy+}`), a method before `ANY`, and `$default` when nothing else fits.
 */
export function findRoute(routes: readonly HttpRoute[], method: string, path: string): RouteMatch | undefined {
  const fitting = routes
    .map((route) => ({ route, ...split(route.routeKey) }))
    .filter((each) => each.method === method || each.method === 'ANY')
    .map((each) => ({ ...each, pathParameters: match(each.path, path) }))
    .filter((each) => each.pathParameters !== undefined)
    .sort((a, b) => vagueness(a) - vagueness(b));
  const [best] = fitting;
  if (best) return { route: best.route, pathParameters: best.pathParameters! };
  const fallback = routes.find(({ routeKey }) => routeKey === '$default');
  return fallback && { route: fallback, pathParameters: {} };
}

function split(routeKey: string): { method: string; path: string } {
  const [method = '', path = ''] = routeKey.split(' ');
  return { method, path };
}

function match(pattern: string, path: string): Record<string, string> | undefined {
  const names: string[] = [];
  const source = pattern.replace(/\{(\w+)(\+?)\}|[.*+?^${}()|[\]\\]/g, (all, name?: string, rest?: string) => {
    if (!name) return `\\${all}`;
    names.push(name);
    return rest ? '(.+)' : '([^/]+)';
  });
  const found = new RegExp(`^${source}/?$`).exec(path);
  return found ? Object.fromEntries(names.map((name, index) => [name, decode(found[index + 1]!)])) : undefined;
}

const vagueness = ({ method, path }: { method: string; path: string }): number =>
  (path.includes('+}') ? 100 : 0) + path.split('{').length * 2 + (method === 'ANY' ? 1 : 0);

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
