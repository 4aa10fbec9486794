/** Where the `valueFrom` of a container's secret points to. */
export type ValueFrom =
  | {
      readonly store: 'secrets-manager';
      /** Where the ARN says that it is; null for the region of the task. */
      readonly region: string | null;
      /** ARN of the secret, with or without the six characters that AWS adds. */
      readonly secret: string;
      /** Key of a secret that holds JSON; null for the whole text. */
      readonly jsonKey: string | null;
      readonly versionStage: string | null;
      readonly versionId: string | null;
    }
  | {
      readonly store: 'parameter-store';
      readonly region: string | null;
      /** ARN, or a name of this region. */
      readonly parameter: string;
    };

/** `arn:aws:secretsmanager:eu-west-1:111111111111:secret:name-AbCdEf`, and perhaps `:jsonkey:stage:version`. */
const SECRET = /^(arn:[\w-]+:secretsmanager:[\w-]*:\d*:secret:[^:]+)(?::([^:]*)(?::([^:]*)(?::([^:]*))?)?)?$/;
const PARAMETER = /^arn:[\w-]+:ssm:[\w-]*:\d*:parameter\/.+$/;

/** `arn:partition:service:region:…` */
const regionOf = (reference: string): string | null =>
  (reference.startsWith('arn:') && reference.split(':')[3]) || null;

/** Reads a `valueFrom` in the forms that ECS takes; a name that is no ARN is a parameter's. Null for anything else. */
export function parseValueFrom(valueFrom: string): ValueFrom | null {
  const [, secret, jsonKey, versionStage, versionId] = SECRET.exec(valueFrom) ?? [];
  if (secret) {
    return {
      store: 'secrets-manager',
      region: regionOf(secret),
      secret,
      jsonKey: jsonKey || null,
      versionStage: versionStage || null,
      versionId: versionId || null,
    };
  }
  if (PARAMETER.test(valueFrom) || /^[\w./-]+$/.test(valueFrom))
    return { store: 'parameter-store', region: regionOf(valueFrom), parameter: valueFrom };
  return null;
}

/** The value that a JSON key names in a secret's text; null where the text is no JSON object or has no such key. */
export function atJsonKey(text: string, key: string): string | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return null;
  const member: unknown = (value as Record<string, unknown>)[key];
  return typeof member === 'string' ? member : JSON.stringify(member);
}
