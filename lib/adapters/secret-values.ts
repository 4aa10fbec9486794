import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { GetParameterCommand, type SSMClient } from '@aws-sdk/client-ssm';
import { atJsonKey, parseValueFrom, type ValueFrom } from '../domain/value-from.ts';
import { refusedSecretly } from './refused.ts';

/** A value, or why it could not be read and what to do; never both, and never a part of the value in the words. */
export type Reading = { readonly value: string } | { readonly what: string; readonly todo: string };

/** Reads what containers take from elsewhere, in every form of `valueFrom` that ECS knows. */
export interface SecretValues {
  /** ServiceUnavailable when the store does not answer; whatever else is wrong is told in the reading. */
  read(valueFrom: string): Promise<Reading>;
}

/** Refusals that a person must remove; anything else is worth another attempt. */
const lasting =
  /^(AccessDenied|ResourceNotFound|InvalidRequest|InvalidParameter|DecryptionFailure|ParameterNotFound|ParameterVersionNotFound|InvalidKeyId|Validation)/;

/** @param clients of a region, or of the function's own; a store answers for its own region only */
export function secretValues(clients: {
  readonly secretsManager: (region: string | null) => SecretsManagerClient;
  readonly ssm: (region: string | null) => SSMClient;
}): SecretValues {
  const fetch = async (from: ValueFrom): Promise<string | undefined> => {
    if (from.store === 'parameter-store') {
      const { Parameter } = await clients
        .ssm(from.region)
        .send(new GetParameterCommand({ Name: from.parameter, WithDecryption: true }));
      return Parameter?.Value;
    }
    const { SecretString } = await clients.secretsManager(from.region).send(
      new GetSecretValueCommand({
        SecretId: from.secret,
        ...(from.versionStage && { VersionStage: from.versionStage }),
        ...(from.versionId && { VersionId: from.versionId }),
      }),
    );
    return SecretString;
  };
  return {
    async read(valueFrom) {
      const from = parseValueFrom(valueFrom);
      if (!from) {
        return {
          what: 'is a reference in a form that ECS does not document',
          todo: 'State the ARN of a secret, perhaps with `:key:stage:version`, or a parameter.',
        };
      }
      let text: string | undefined;
      try {
        text = await fetch(from);
      } catch (error) {
        if (!(error instanceof Error) || !lasting.test(error.name)) {
          throw refusedSecretly(`read ${valueFrom}`, error);
        }
        return { what: `could not be read: ${error.name}`, todo: remedy(from, error) };
      }
      if (text === undefined) return { what: 'has no text', todo: 'Store the value as SecretString.' };
      if (from.store === 'parameter-store' || from.jsonKey === null) return { value: text };
      const value = atJsonKey(text, from.jsonKey);
      if (value !== null) return { value };
      return {
        what: `is not JSON with the key "${from.jsonKey}"`,
        todo: 'Correct the key in the task definition, or the secret: a new task could not start either.',
      };
    },
  };
}

function remedy(from: ValueFrom, { name, message }: Error): string {
  const thing = from.store === 'parameter-store' ? from.parameter : from.secret;
  const action = from.store === 'parameter-store' ? 'ssm:GetParameter' : 'secretsmanager:GetSecretValue';
  if (/KMS|kms:Decrypt|ciphertext/i.test(message) || /^(DecryptionFailure|InvalidKeyId)/.test(name)) {
    return `Name the ARN of the KMS key that encrypts it in source.ecs.kmsKeyArns and deploy: Passage needs kms:Decrypt there.`;
  }
  if (name.startsWith('AccessDenied')) {
    return `Name its ARN (${thing}) in source.ecs.secretArns and deploy: Passage needs ${action} there. A policy of the secret itself may refuse, too.`;
  }
  return 'Correct the reference in the task definition, or restore what it names: a new task could not start either.';
}
