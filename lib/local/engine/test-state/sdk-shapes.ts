/** The shape of an API's value, with names as Step Functions shows them: the first letter is a capital. */
export type Shape =
  | { readonly type: 'any' | 'string' | 'number' | 'boolean' }
  | { readonly type: 'list' | 'map'; readonly member: () => Shape }
  | {
      readonly type: 'structure';
      readonly members: ReadonlyMap<string, () => Shape>;
      readonly required: readonly string[];
    };

/** The SDK clients that are installed, by the names that Resources use. */
const clients: Readonly<Record<string, () => Promise<object>>> = {
  acm: () => import('@aws-sdk/client-acm'),
  cloudwatch: () => import('@aws-sdk/client-cloudwatch'),
  ecs: () => import('@aws-sdk/client-ecs'),
  eks: () => import('@aws-sdk/client-eks'),
  eventbridge: () => import('@aws-sdk/client-eventbridge'),
  events: () => import('@aws-sdk/client-eventbridge'),
  kms: () => import('@aws-sdk/client-kms'),
  lambda: () => import('@aws-sdk/client-lambda'),
  rds: () => import('@aws-sdk/client-rds'),
  route53: () => import('@aws-sdk/client-route-53'),
  s3: () => import('@aws-sdk/client-s3'),
  secretsmanager: () => import('@aws-sdk/client-secrets-manager'),
  sesv2: () => import('@aws-sdk/client-sesv2'),
  sfn: () => import('@aws-sdk/client-sfn'),
  ssm: () => import('@aws-sdk/client-ssm'),
  states: () => import('@aws-sdk/client-sfn'),
  sts: () => import('@aws-sdk/client-sts'),
};

/** What an action (`startExecution`) answers; undefined where no installed client knows it. */
export async function apiOutput(service: string, action: string): Promise<Shape | undefined> {
  const client = Object.hasOwn(clients, service) ? await clients[service]?.() : undefined;
  const operation: unknown = client && (client as Record<string, unknown>)[`${capital(action)}$`];
  // An operation is [9, namespace, name, traits, () => input, () => output].
  return Array.isArray(operation) && operation[0] === 9 ? shapeOf(operation[5]) : undefined;
}

const capital = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);

/** Smithy's compact schemas: a number is a simple type, an array begins with its kind, a function defers either. */
const LIST = 64;
const MAP = 128;

function shapeOf(schema: unknown): Shape {
  if (typeof schema === 'function') return shapeOf(schema());
  if (typeof schema === 'number') return simple(schema);
  if (!Array.isArray(schema)) return { type: 'any' };
  // [schema, traits]: a member with traits of its own.
  if (typeof schema[0] !== 'number' || typeof schema[1] !== 'string') return shapeOf(schema[0]);
  switch (schema[0]) {
    case 0:
      return shapeOf(schema[4]);
    case 1:
      return { type: 'list', member: () => shapeOf(schema[4]) };
    case 2:
      return { type: 'map', member: () => shapeOf(schema[5]) };
    case 3: // structure
    case 4: // union
      return structure(schema[4] as string[], schema[5] as unknown[], Number(schema[6] ?? 0));
    default:
      return { type: 'any' };
  }
}

/** The required members come first; `required` says how many they are. */
function structure(names: readonly string[], schemas: readonly unknown[], required: number): Shape {
  const members = names.map((name, index) => [capital(name), () => shapeOf(schemas[index])] as const);
  return { type: 'structure', members: new Map(members), required: names.slice(0, required).map(capital) };
}

function simple(schema: number): Shape {
  if (schema >= MAP) return { type: 'map', member: () => simple(schema - MAP) };
  if (schema >= LIST) return { type: 'list', member: () => simple(schema - LIST) };
  switch (schema) {
    case 0b00_0001: // number
    case 0b01_0001: // big integer
    case 0b01_0011: // big decimal
      return { type: 'number' };
    case 0b00_0010:
      return { type: 'boolean' };
    case 0b00_1111: // document
      return { type: 'any' };
    // Texts; and as texts in a state's JSON: times (4 to 7) and blobs.
    default:
      return { type: 'string' };
  }
}
