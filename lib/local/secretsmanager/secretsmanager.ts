import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import type { Clock } from '../clock.ts';
import { authorizeDependents, type Occasion } from '../iam/dependent-actions.ts';
import { openStateFile } from '../state-file.ts';
import { type Authorize, AwsError, type Endpoint, type Principal, type SignedRequest } from '../wire/endpoint.ts';
import { epochSeconds, jsonEndpoint, operation } from '../wire/json.ts';
import { type Secret, SecretStore, type SecretVersion } from './store.ts';

interface SecretsManagerOptions {
  /** Holds `secrets.json`, readable by its owner only. */
  readonly directory: string;
  readonly authorize: Authorize;
  readonly clock: Clock;
  readonly accountId: string;
  readonly region: string;
}

export interface SecretsManager {
  readonly endpoint: Endpoint;
  /** Creates the secret, unless one of this name is there, which keeps its value. @returns its ARN */
  createSecret(secret: {
    readonly name: string;
    readonly value?: string;
    readonly description?: string;
    readonly kmsKeyId?: string;
  }): string;
  /** The current value, for the world's own use; undefined when there is no such secret or it has no value. */
  value(nameOrArn: string): string | undefined;
  /** The current value as GetSecretValue gives it to a service that acts as a role: refused as to anybody else. */
  valueFor(principal: Principal, nameOrArn: string): string | undefined;
}

const id = z.string().min(1).max(2048);
const name = z.string().regex(/^[\w/+=.@-]{1,512}$/, 'must have 1 to 512 letters, digits or /_+=.@-');
const token = z.string().min(32).max(64).optional();
const content = { SecretString: z.string().max(65_536).optional(), SecretBinary: z.string().optional() };
const tags = z.array(z.object({ Key: z.string().optional(), Value: z.string().optional() })).default([]);

const DAY = 24 * 3600 * 1000;

/** Secrets Manager on loopback. Values lie in a file of mode 0600; keys of KMS are remembered and not used. */
export function createSecretsManager({
  directory,
  authorize,
  clock,
  accountId,
  region,
}: SecretsManagerOptions): SecretsManager {
  const file = openStateFile<{ secrets: Secret[] }>(join(directory, 'secrets.json'), { secrets: [] });
  const store = new SecretStore(file, clock, { region, accountId });

  /** The secret that a request names, once its caller is allowed to do this with it. */
  const allowed = ({ principal }: Caller, action: string, secretId: string): Secret => {
    const secret = store.find(secretId);
    const arn = secret?.arn ?? (secretId.startsWith('arn:') ? secretId : store.newArn(secretId));
    authorize(principal, `secretsmanager:${action}`, arn);
    if (!secret)
      throw new AwsError('ResourceNotFoundException', 400, "Secrets Manager can't find the specified secret.");
    return secret;
  };
  const living = (caller: Caller, action: string, secretId: string): Secret => {
    const secret = allowed(caller, action, secretId);
    if (secret.deletion === undefined) return secret;
    throw new AwsError(
      'InvalidRequestException',
      400,
      "You can't perform this operation on the secret because it was marked for deletion.",
    );
  };

  /** A key of one's own asks its user too; the one that Secrets Manager has by itself is open to the account. */
  const byItsKey = (
    { principal }: Caller,
    { arn, kmsKeyId: key }: Pick<Secret, 'arn' | 'kmsKeyId'>,
    occasion: Occasion,
  ): void => {
    if (key?.startsWith('arn:')) {
      authorizeDependents(authorize, principal, occasion, { key, secret: arn, region, account: accountId });
    }
  };

  const endpoint = jsonEndpoint({
    service: 'secretsmanager',
    targetPrefix: 'secretsmanager',
    version: '1.1',
    operations: {
      CreateSecret: operation(
        z.object({
          Name: name,
          ClientRequestToken: token,
          Description: z.string().optional(),
          KmsKeyId: z.string().optional(),
          Tags: tags,
          ...content,
        }),
        (input, request) => {
          const existing = store.find(input.Name);
          const arn = existing?.arn ?? store.newArn(input.Name);
          authorize(request.principal, 'secretsmanager:CreateSecret', arn, { 'secretsmanager:Name': input.Name });
          const kept = input.KmsKeyId === undefined ? { arn } : { arn, kmsKeyId: input.KmsKeyId };
          byItsKey(request, kept, 'secretsmanager: a secret is kept');
          const versionId = input.ClientRequestToken ?? randomUUID();
          if (existing?.deletion !== undefined) {
            throw new AwsError(
              'InvalidRequestException',
              400,
              "You can't create this secret because a secret with this name is already scheduled for deletion.",
            );
          }
          if (existing && !existing.versions[versionId]) {
            throw new AwsError(
              'ResourceExistsException',
              400,
              `The operation failed because the secret ${input.Name} already exists.`,
            );
          }
          const first = hasContent(input) ? { token: versionId, value: contentOf(input) } : null;
          const secret = existing ?? store.add({ arn, name: input.Name, tags: input.Tags, ...optional(input) }, first);
          if (!first) return { ARN: secret.arn, Name: secret.name };
          // Of one that is there it is the same version, or another value for it, which is refused.
          store.put(secret, first.token, first.value);
          return { ARN: secret.arn, Name: secret.name, VersionId: versionId };
        },
      ),
      GetSecretValue: operation(
        z.object({ SecretId: id, VersionId: z.string().optional(), VersionStage: z.string().optional() }),
        (input, request) => {
          const secret = living(request, 'GetSecretValue', input.SecretId);
          byItsKey(request, secret, 'secretsmanager: a secret is opened');
          const [versionId, version] = versionOf(secret, input.VersionId, input.VersionStage);
          return {
            ARN: secret.arn,
            Name: secret.name,
            VersionId: versionId,
            VersionStages: version.stages,
            CreatedDate: epochSeconds(version.created),
            ...(version.string !== undefined && { SecretString: version.string }),
            ...(version.binary !== undefined && { SecretBinary: version.binary }),
          };
        },
      ),
      PutSecretValue: operation(
        z.object({
          SecretId: id,
          ClientRequestToken: token,
          VersionStages: z.array(z.string()).optional(),
          ...content,
        }),
        (input, request) => {
          const secret = living(request, 'PutSecretValue', input.SecretId);
          byItsKey(request, secret, 'secretsmanager: a secret is kept');
          const versionId = input.ClientRequestToken ?? randomUUID();
          const version = store.put(secret, versionId, contentOf(input), input.VersionStages);
          return { ARN: secret.arn, Name: secret.name, VersionId: versionId, VersionStages: version.stages };
        },
      ),
      UpdateSecret: operation(
        z.object({
          SecretId: id,
          ClientRequestToken: token,
          Description: z.string().optional(),
          KmsKeyId: z.string().optional(),
          ...content,
        }),
        (input, request) => {
          const secret = living(request, 'UpdateSecret', input.SecretId);
          const kept = { arn: secret.arn, kmsKeyId: input.KmsKeyId ?? secret.kmsKeyId };
          const rekeyed = kept.kmsKeyId !== secret.kmsKeyId;
          // Under another key, what is there is opened with the one that it had.
          if (rekeyed) byItsKey(request, secret, 'secretsmanager: a secret is opened');
          if (rekeyed || hasContent(input)) byItsKey(request, kept, 'secretsmanager: a secret is kept');
          store.change(secret, optional(input));
          if (!hasContent(input)) return { ARN: secret.arn, Name: secret.name };
          const versionId = input.ClientRequestToken ?? randomUUID();
          store.put(secret, versionId, contentOf(input));
          return { ARN: secret.arn, Name: secret.name, VersionId: versionId };
        },
      ),
      DescribeSecret: operation(z.object({ SecretId: id }), (input, request) =>
        describe(allowed(request, 'DescribeSecret', input.SecretId)),
      ),
      DeleteSecret: operation(
        z.object({
          SecretId: id,
          RecoveryWindowInDays: z.int().min(7).max(30).default(30),
          ForceDeleteWithoutRecovery: z.boolean().default(false),
        }),
        (input, request) => {
          const secret = allowed(request, 'DeleteSecret', input.SecretId);
          const window = input.ForceDeleteWithoutRecovery ? 0 : input.RecoveryWindowInDays * DAY;
          const deletion = clock.now() + window;
          if (window === 0) store.remove(secret);
          else store.change(secret, { deletion });
          return { ARN: secret.arn, Name: secret.name, DeletionDate: epochSeconds(deletion) };
        },
      ),
      RestoreSecret: operation(z.object({ SecretId: id }), (input, request) => {
        const secret = allowed(request, 'RestoreSecret', input.SecretId);
        store.change(secret, { deletion: undefined });
        return { ARN: secret.arn, Name: secret.name };
      }),
      ListSecrets: operation(
        z.object({ MaxResults: z.int().min(1).max(100).default(100), NextToken: z.string().optional() }),
        (input, request) => {
          authorize(request.principal, 'secretsmanager:ListSecrets', '*');
          const living = store.all().filter(({ deletion }) => deletion === undefined);
          const start = Number(input.NextToken ?? 0);
          const end = start + input.MaxResults;
          return {
            SecretList: living.slice(start, end).map(describe),
            ...(end < living.length && { NextToken: String(end) }),
          };
        },
      ),
    },
  });

  return {
    endpoint,
    createSecret({ name, value, description, kmsKeyId }) {
      const more = { ...(description && { description }), ...(kmsKeyId && { kmsKeyId }) };
      const secret = store.find(name) ?? store.add({ arn: store.newArn(name), name, tags: [], ...more }, null);
      if (value !== undefined && Object.keys(secret.versions).length === 0)
        store.put(secret, randomUUID(), { string: value });
      return secret.arn;
    },
    value: (nameOrArn) => current(store.find(nameOrArn)),
    valueFor(principal, nameOrArn) {
      const secret = living({ principal }, 'GetSecretValue', nameOrArn);
      byItsKey({ principal }, secret, 'secretsmanager: a secret is opened');
      return current(secret);
    },
  };
}

type Caller = Pick<SignedRequest, 'principal'>;

const current = (secret: Secret | undefined): string | undefined =>
  Object.values(secret?.versions ?? {}).find(({ stages }) => stages.includes('AWSCURRENT'))?.string;

interface Content {
  readonly SecretString?: string | undefined;
  readonly SecretBinary?: string | undefined;
}

const hasContent = (input: Content): boolean => input.SecretString !== undefined || input.SecretBinary !== undefined;

function contentOf({ SecretString, SecretBinary }: Content): Pick<SecretVersion, 'string' | 'binary'> {
  if ((SecretString === undefined) === (SecretBinary === undefined)) {
    throw new AwsError('InvalidRequestException', 400, 'You must provide either SecretString or SecretBinary.');
  }
  return SecretString === undefined ? { binary: SecretBinary! } : { string: SecretString };
}

const optional = (input: { readonly Description?: string | undefined; readonly KmsKeyId?: string | undefined }) => ({
  ...(input.Description !== undefined && { description: input.Description }),
  ...(input.KmsKeyId !== undefined && { kmsKeyId: input.KmsKeyId }),
});

function versionOf(
  secret: Secret,
  versionId: string | undefined,
  stage: string | undefined,
): [id: string, version: SecretVersion] {
  const found = Object.entries(secret.versions).find(
    ([id, version]) =>
      (!versionId || id === versionId) && (versionId && !stage ? true : version.stages.includes(stage ?? 'AWSCURRENT')),
  );
  if (found) return found;
  const what = versionId ? `VersionId: ${versionId}` : `staging label: ${stage ?? 'AWSCURRENT'}`;
  throw new AwsError(
    'ResourceNotFoundException',
    400,
    `Secrets Manager can't find the specified secret value for ${what}`,
  );
}

const describe = (secret: Secret) => ({
  ARN: secret.arn,
  Name: secret.name,
  CreatedDate: epochSeconds(secret.created),
  LastChangedDate: epochSeconds(secret.changed),
  Tags: secret.tags,
  VersionIdsToStages: Object.fromEntries(
    Object.entries(secret.versions).flatMap(([id, { stages }]) => (stages.length > 0 ? [[id, stages]] : [])),
  ),
  ...(secret.description !== undefined && { Description: secret.description }),
  ...(secret.kmsKeyId !== undefined && { KmsKeyId: secret.kmsKeyId }),
  ...(secret.deletion !== undefined && { DeletedDate: epochSeconds(secret.deletion) }),
});
