import { z } from 'zod';
import type { Ingress } from '../kubernetes/objects.ts';
import type { Action, ListenerRequest } from './load-balancer.ts';

type Path = NonNullable<NonNullable<NonNullable<Ingress['spec']['rules']>[number]['http']>['paths']>[number];

const ANNOTATION = 'alb.ingress.kubernetes.io';

/** The actions of the controller's annotation `actions.<name>`, as far as they are simulated. */
const annotatedAction = z.discriminatedUnion('type', [
  z.looseObject({
    type: z.literal('fixed-response'),
    fixedResponseConfig: z.looseObject({
      statusCode: z.string().regex(/^[245]\d\d$/),
      contentType: z.string().default('text/plain'),
      messageBody: z.string().default(''),
    }),
  }),
  z.looseObject({
    type: z.literal('forward'),
    forwardConfig: z.looseObject({ targetGroups: z.array(z.looseObject({ serviceName: z.string() })).min(1) }),
  }),
]);
const condition = z.looseObject({
  field: z.literal('http-header'),
  httpHeaderConfig: z.object({ httpHeaderName: z.string(), values: z.array(z.string()).min(1) }),
});

/**
 * The listener that the AWS Load Balancer Controller makes of an Ingress: its rules by host and path, backends that are
 * services, and backends of the port `use-annotation` whose action (and header conditions) an annotation states.
 */
export function routeByIngress({
  ingress,
  addresses,
}: {
  /** The object as it is now; undefined when there is none. */
  readonly ingress: () => Ingress | undefined;
  /** Where the ready pods of a service of its namespace listen. */
  readonly addresses: (service: string) => readonly string[];
}): (request: ListenerRequest) => Action {
  return (request) => {
    const found = ingress();
    const backend = found && (backendFor(found, request) ?? found.spec.defaultBackend);
    // The controller's own words for what leads nowhere.
    if (!backend?.service) return fixed(404, 'text/plain', '');
    const { name, port } = backend.service;
    if (port?.name !== 'use-annotation') return { type: 'forward', targets: addresses(name) };
    const stated = annotation(found!, 'actions', name);
    const action = stated === undefined ? undefined : annotatedAction.safeParse(stated).data;
    if (!action) return fixed(503, 'text/plain', 'Backend service does not exist');
    if (action.type === 'forward') {
      return {
        type: 'forward',
        targets: action.forwardConfig.targetGroups.flatMap((group) => addresses(group.serviceName)),
      };
    }
    const { statusCode, contentType, messageBody } = action.fixedResponseConfig;
    return fixed(Number(statusCode), contentType, messageBody);
  };
}

function backendFor(ingress: Ingress, request: ListenerRequest): Path['backend'] | undefined {
  const paths = (ingress.spec.rules ?? [])
    .filter(({ host }) => !host || matchesHost(host, request.host))
    .flatMap(({ http }) => http?.paths ?? [])
    // Exact paths first, then the longest; rules of one path in the order they were written.
    .sort(
      (a, b) =>
        Number(b.pathType === 'Exact') - Number(a.pathType === 'Exact') ||
        (b.path ?? '').length - (a.path ?? '').length,
    );
  return paths.find((path) => matchesPath(path, request.path) && meetsConditions(ingress, path, request))?.backend;
}

function meetsConditions(ingress: Ingress, { backend }: Path, { headers }: ListenerRequest): boolean {
  const stated = annotation(ingress, 'conditions', backend.service?.name ?? '');
  if (stated === undefined) return true;
  const conditions = z.array(condition).safeParse(stated);
  // A condition that is not understood is never met.
  return (
    conditions.success &&
    conditions.data.every(({ httpHeaderConfig: { httpHeaderName, values } }) =>
      values.includes(String(headers[httpHeaderName.toLowerCase()])),
    )
  );
}

function annotation(ingress: Ingress, kind: 'actions' | 'conditions', name: string): unknown {
  const text = ingress.metadata.annotations?.[`${ANNOTATION}/${kind}.${name}`];
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

const matchesHost = (rule: string, host: string): boolean =>
  rule === host || (rule.startsWith('*.') && host.slice(host.indexOf('.')) === rule.slice(1));

function matchesPath({ path = '/', pathType }: Path, asked: string): boolean {
  if (pathType === 'Exact') return asked === path;
  if (pathType === 'ImplementationSpecific') {
    const pattern = path.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*');
    return new RegExp(`^${pattern}$`).test(asked);
  }
  const prefix = path.replace(/\/$/, '');
  return asked === prefix || asked.startsWith(`${prefix}/`);
}

const fixed = (status: number, contentType: string, body: string): Action => ({
  type: 'fixed-response',
  status,
  contentType,
  body,
});
