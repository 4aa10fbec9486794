import { z } from 'zod';
import type { PolicyDocument } from '../iam/policies.ts';
import { flag, select } from './select.ts';
import type { Resource } from './template.ts';

export interface Bucket {
  readonly logicalId: string;
  readonly name: string;
  readonly arn: string;
  readonly versioned: boolean;
  /** Whether it tells EventBridge of its objects. */
  readonly eventBridge: boolean;
  readonly policy: PolicyDocument | undefined;
}

export interface Key {
  readonly logicalId: string;
  readonly id: string;
  readonly arn: string;
  readonly policy: PolicyDocument;
  readonly aliases: readonly string[];
}

export interface Secret {
  readonly logicalId: string;
  readonly name: string;
  readonly arn: string;
  /** Undefined for a secret that begins without a value. */
  readonly value: string | undefined;
  readonly generate: SecretGeneration | undefined;
}

/** `GenerateSecretString`: a random password, alone or as one field of a JSON object. */
export interface SecretGeneration {
  readonly length: number;
  /** A JSON object into which the password goes as `key`. */
  readonly template: string | undefined;
  readonly key: string | undefined;
  /** Characters that may not occur. */
  readonly exclude: string;
  readonly punctuation: boolean;
}

export interface Parameter {
  readonly name: string;
  readonly type: string;
  readonly value: string;
}

const document = z.looseObject({ Statement: z.unknown() }) as z.ZodType<PolicyDocument>;

export function readBuckets(resources: readonly Resource[]): readonly Bucket[] {
  const policies = select(
    resources,
    'AWS::S3::BucketPolicy',
    z.object({ Bucket: z.string(), PolicyDocument: document }),
  );
  const notified = select(
    resources,
    'Custom::S3BucketNotifications',
    z.object({
      BucketName: z.string(),
      NotificationConfiguration: z.object({ EventBridgeConfiguration: z.unknown().optional() }),
    }),
  );
  const bucket = z.object({
    VersioningConfiguration: z.object({ Status: z.string() }).optional(),
    NotificationConfiguration: z
      .object({ EventBridgeConfiguration: z.object({ EventBridgeEnabled: flag.default(true) }).optional() })
      .optional(),
  });
  return select(resources, 'AWS::S3::Bucket', bucket).map(({ resource, properties }) => ({
    logicalId: resource.logicalId,
    name: resource.id,
    arn: resource.attribute('Arn'),
    versioned: properties.VersioningConfiguration?.Status === 'Enabled',
    eventBridge:
      (properties.NotificationConfiguration?.EventBridgeConfiguration?.EventBridgeEnabled ?? false) ||
      notified.some(
        (each) =>
          each.properties.BucketName === resource.id &&
          each.properties.NotificationConfiguration.EventBridgeConfiguration !== undefined,
      ),
    policy: policies.find((each) => each.properties.Bucket === resource.id)?.properties.PolicyDocument,
  }));
}

export function readKeys(resources: readonly Resource[]): readonly Key[] {
  const aliases = select(resources, 'AWS::KMS::Alias', z.object({ AliasName: z.string(), TargetKeyId: z.string() }));
  return select(resources, 'AWS::KMS::Key', z.object({ KeyPolicy: document })).map(({ resource, properties }) => ({
    logicalId: resource.logicalId,
    id: resource.id,
    arn: resource.attribute('Arn'),
    policy: properties.KeyPolicy,
    aliases: aliases
      .filter(({ properties: { TargetKeyId } }) => [resource.id, resource.attribute('Arn')].includes(TargetKeyId))
      .map((alias) => alias.properties.AliasName),
  }));
}

export function readSecrets(resources: readonly Resource[]): readonly Secret[] {
  const secret = z.object({
    SecretString: z.string().optional(),
    GenerateSecretString: z
      .object({
        PasswordLength: z.coerce.number().default(32),
        SecretStringTemplate: z.string().optional(),
        GenerateStringKey: z.string().optional(),
        ExcludeCharacters: z.string().default(''),
        ExcludePunctuation: flag.default(false),
      })
      .optional(),
  });
  return select(resources, 'AWS::SecretsManager::Secret', secret).map(({ resource, properties }) => {
    const generate = properties.GenerateSecretString;
    return {
      logicalId: resource.logicalId,
      name: resource.name,
      arn: resource.id,
      value: properties.SecretString,
      generate: generate && {
        length: generate.PasswordLength,
        template: generate.SecretStringTemplate,
        key: generate.GenerateStringKey,
        exclude: generate.ExcludeCharacters,
        punctuation: !generate.ExcludePunctuation,
      },
    };
  });
}

export function readParameters(resources: readonly Resource[]): readonly Parameter[] {
  return select(resources, 'AWS::SSM::Parameter', z.object({ Type: z.string(), Value: z.string() })).map(
    ({ resource, properties }) => ({ name: resource.name, type: properties.Type, value: properties.Value }),
  );
}
