import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import type { Clock } from '../clock.ts';
import { authorizeDependents, type Occasion } from '../iam/dependent-actions.ts';
import { openStateFile } from '../state-file.ts';
import { type Authorize, AwsError, type Endpoint, type Principal, type SignedRequest } from '../wire/endpoint.ts';
import { epochSeconds, jsonEndpoint, operation } from '../wire/json.ts';

interface SsmOptions {
  /** Holds `parameters.json`. */
  readonly directory: string;
  readonly authorize: Authorize;
  readonly clock: Clock;
  /** Gets what PutParameter did over the wire, to be put on the event bus. */
  readonly onParameterChange?: (change: ParameterChange) => void;
  readonly accountId: string;
  readonly region: string;
}

/** EventBridge's detail of a "Parameter Store Change". */
export interface ParameterChange {
  readonly name: string;
  readonly type: Parameter['type'];
  readonly operation: 'Create' | 'Update';
}

export interface Ssm {
  readonly endpoint: Endpoint;
  /** Sets the parameter's value; a new version only when it differs. */
  putParameter(name: string, value: string, type?: Parameter['type'], keyId?: string): void;
  /** The value, for the world's own use; undefined when there is no such parameter. */
  value(nameOrArn: string): string | undefined;
  /** The value as GetParameters gives it, decrypted, to a service that acts as a role: refused as to anybody else. */
  valueFor(principal: Principal, nameOrArn: string): string | undefined;
}

type Caller = Pick<SignedRequest, 'principal'>;

interface Parameter {
  readonly type: 'String' | 'StringList' | 'SecureString';
  readonly value: string;
  /** The key of a SecureString, where it is one's own. */
  readonly keyId?: string;
  readonly version: number;
  /** Milliseconds since the epoch. */
  readonly modified: number;
}

const name = z.string().min(1).max(2048);
const decryption = z.boolean().default(false);

/** The Parameter Store of Systems Manager on loopback; only the newest version of a parameter is kept. */
export function createSsm({ directory, authorize, clock, onParameterChange, accountId, region }: SsmOptions): Ssm {
  const file = openStateFile<{ parameters: Record<string, Parameter> }>(join(directory, 'parameters.json'), {
    parameters: {},
  });
  const { parameters } = file.value;
  const prefix = `arn:aws:ssm:${region}:${accountId}:parameter`;
  const arnOf = (of: string) => (of.startsWith('arn:') ? of : `${prefix}${of.startsWith('/') ? '' : '/'}${of}`);

  /** A parameter is asked for by name or by ARN, either perhaps with its version behind a colon. */
  const find = (asked: string): [name: string, parameter: Parameter | undefined] => {
    const [, plain = asked, version] = /^(arn(?::[^:]*){5}|[^:]+)(?::(\d+))?$/.exec(asked) ?? [];
    const found = Object.keys(parameters).find((each) => each === plain || arnOf(each) === plain);
    const parameter = found === undefined ? undefined : parameters[found];
    return [found ?? plain, version && Number(version) !== parameter?.version ? undefined : parameter];
  };
  const allow = ({ principal }: Caller, action: string, of: string) => authorize(principal, `ssm:${action}`, arnOf(of));
  /** A key of one's own asks its user too; the one that Parameter Store has by itself is open to the account. */
  const byItsKey = (
    { principal }: Caller,
    of: string,
    { type, keyId: key }: Pick<Parameter, 'type' | 'keyId'>,
    occasion: Occasion = 'ssm: a SecureString is opened',
  ): void => {
    if (type !== 'SecureString' || !key?.startsWith('arn:')) return;
    const told = { key, parameter: arnOf(of), region, account: accountId };
    authorizeDependents(authorize, principal, occasion, told);
  };
  const render = (of: string, parameter: Parameter, decrypt: boolean) => ({
    Name: of,
    Type: parameter.type,
    // Whoever does not ask for decryption gets something that is visibly not the value.
    Value:
      parameter.type === 'SecureString' && !decrypt
        ? createHash('sha256').update(parameter.value).digest('base64')
        : parameter.value,
    Version: parameter.version,
    LastModifiedDate: epochSeconds(parameter.modified),
    ARN: arnOf(of),
    DataType: 'text',
  });
  const put = (of: string, type: Parameter['type'], value: string, keyId?: string): number => {
    const version = (parameters[of]?.version ?? 0) + 1;
    parameters[of] = { type, value, ...(keyId && { keyId }), version, modified: clock.now() };
    file.save();
    return version;
  };

  const endpoint = jsonEndpoint({
    service: 'ssm',
    targetPrefix: 'AmazonSSM',
    version: '1.1',
    operations: {
      GetParameter: operation(z.object({ Name: name, WithDecryption: decryption }), (input, request) => {
        const [found, parameter] = find(input.Name);
        allow(request, 'GetParameter', found);
        if (!parameter) throw notFound(input.Name);
        if (input.WithDecryption) byItsKey(request, found, parameter);
        return { Parameter: render(found, parameter, input.WithDecryption) };
      }),
      GetParameters: operation(
        z.object({ Names: z.array(name).min(1).max(10), WithDecryption: decryption }),
        (input, request) => {
          for (const asked of input.Names) allow(request, 'GetParameters', find(asked)[0]);
          const found = input.Names.map((asked) => ({ asked, entry: find(asked) }));
          for (const { entry } of found) if (entry[1] && input.WithDecryption) byItsKey(request, entry[0], entry[1]);
          return {
            Parameters: found.flatMap(({ entry: [of, parameter] }) =>
              parameter ? [render(of, parameter, input.WithDecryption)] : [],
            ),
            InvalidParameters: found.filter(({ entry }) => !entry[1]).map(({ asked }) => asked),
          };
        },
      ),
      GetParametersByPath: operation(
        z.object({
          Path: z.string().startsWith('/'),
          Recursive: z.boolean().default(false),
          WithDecryption: decryption,
          MaxResults: z.int().min(1).max(10).default(10),
          NextToken: z.string().optional(),
        }),
        (input, request) => {
          allow(request, 'GetParametersByPath', input.Path);
          const path = input.Path.endsWith('/') ? input.Path : `${input.Path}/`;
          const below = Object.entries(parameters)
            .filter(([of]) => of.startsWith(path) && (input.Recursive || !of.slice(path.length).includes('/')))
            .sort(([a], [b]) => (a < b ? -1 : 1));
          const start = Number(input.NextToken ?? 0);
          const end = start + input.MaxResults;
          const page = below.slice(start, end);
          if (input.WithDecryption) for (const [of, parameter] of page) byItsKey(request, of, parameter);
          return {
            Parameters: page.map(([of, parameter]) => render(of, parameter, input.WithDecryption)),
            ...(end < below.length && { NextToken: String(end) }),
          };
        },
      ),
      PutParameter: operation(
        z.object({
          Name: name.regex(/^[\w./-]+$/, 'may have letters, digits and _ . / -'),
          Value: z.string().min(1).max(4096),
          Type: z.enum(['String', 'StringList', 'SecureString']).optional(),
          KeyId: z.string().optional(),
          Overwrite: z.boolean().default(false),
        }),
        (input, request) => {
          allow(request, 'PutParameter', input.Name);
          const existing = parameters[input.Name];
          if (existing && !input.Overwrite) {
            throw new AwsError(
              'ParameterAlreadyExists',
              400,
              'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.',
            );
          }
          const type = input.Type ?? existing?.type;
          if (!type)
            throw new AwsError('ValidationException', 400, 'A parameter type is required when you create a parameter.');
          const keyId = input.KeyId ?? existing?.keyId;
          byItsKey(request, input.Name, { type, ...(keyId && { keyId }) }, 'ssm: a SecureString is kept');
          const version = put(input.Name, type, input.Value, keyId);
          onParameterChange?.({ name: input.Name, type, operation: existing ? 'Update' : 'Create' });
          return { Version: version, Tier: 'Standard' };
        },
      ),
      DeleteParameter: operation(z.object({ Name: name }), (input, request) => {
        const [found, parameter] = find(input.Name);
        allow(request, 'DeleteParameter', found);
        if (!parameter) throw notFound(input.Name);
        delete parameters[found];
        file.save();
        return {};
      }),
    },
  });
  return {
    endpoint,
    putParameter(of, value, type = parameters[of]?.type ?? 'String', keyId = parameters[of]?.keyId) {
      if (parameters[of]?.value !== value) put(of, type, value, keyId);
    },
    value: (of) => find(of)[1]?.value,
    valueFor(principal, nameOrArn) {
      const [of, parameter] = find(nameOrArn);
      allow({ principal }, 'GetParameters', of);
      if (parameter) byItsKey({ principal }, of, parameter);
      return parameter?.value;
    },
  };
}

const notFound = (asked: string) => new AwsError('ParameterNotFound', 400, `Parameter ${asked} not found.`);
