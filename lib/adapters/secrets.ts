import {
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  ResourceExistsException,
  ResourceNotFoundException,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { z } from 'zod';
import type { LoginSecret } from '../domain/address.ts';
import { WorkflowError } from '../workflow/errors.ts';
import { refused, refusedSecretly } from './refused.ts';

/** A database login as RDS writes it; a port may be text. */
const Login = z.object({
  username: z.string().min(1),
  password: z.string(),
  host: z.string().optional(),
  port: z.coerce.number().int().optional(),
  dbname: z.string().optional(),
  // Whatever asks for encryption encrypts; which authority signed the server's certificate is not checked.
  sslmode: z
    .enum(['disable', 'require', 'no-verify', 'verify-ca', 'verify-full'])
    .transform((mode) => (mode === 'disable' ? ('disable' as const) : ('require' as const)))
    .optional(),
});

export interface Secrets {
  arnOf(name: string): Promise<string>;
  text(id: string): Promise<string>;
  login(id: string): Promise<LoginSecret>;
  /** Writes a secret of this name, new or as a new version, and returns its ARN. The value leaves no trace. */
  write(name: string, value: string): Promise<string>;
  /** Deletes a secret at once, without a time to restore it in; one that is not there is passed over. */
  forget(name: string): Promise<void>;
}

export function secretsManager(client: SecretsManagerClient): Secrets {
  const text = async (id: string) => {
    try {
      const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: id }));
      if (SecretString === undefined) {
        throw new WorkflowError('SecretUnavailable', `Secret "${id}" has no text; write one with SecretString.`);
      }
      return SecretString;
    } catch (error) {
      throw refused(`read secret "${id}"`, error, 'SecretUnavailable');
    }
  };
  return {
    text,
    async arnOf(name) {
      try {
        const { ARN } = await client.send(new DescribeSecretCommand({ SecretId: name }));
        return ARN ?? name;
      } catch (error) {
        throw refused(`find secret "${name}"`, error, 'SecretUnavailable');
      }
    },
    async login(id) {
      let value: unknown;
      try {
        value = JSON.parse(await text(id));
      } catch (error) {
        if (error instanceof WorkflowError) throw error;
        value = undefined;
      }
      const result = Login.safeParse(value);
      if (result.success) return result.data;
      const wrong = [...new Set(result.error.issues.map(({ path }) => String(path[0] ?? '')))].filter(Boolean);
      throw new WorkflowError(
        'SecretUnavailable',
        `Secret "${id}" is not a database login; it must be JSON with "username" and "password"${
          wrong.length > 0 ? `: correct ${wrong.map((key) => `"${key}"`).join(', ')}` : ''
        }.`,
      );
    },
    async write(name, value) {
      try {
        try {
          const created = await client.send(new CreateSecretCommand({ Name: name, SecretString: value }));
          return created.ARN ?? name;
        } catch (error) {
          if (!(error instanceof ResourceExistsException)) throw error;
          const put = await client.send(new PutSecretValueCommand({ SecretId: name, SecretString: value }));
          return put.ARN ?? name;
        }
      } catch (error) {
        throw refusedSecretly(`write secret "${name}"`, error, 'SecretUnavailable');
      }
    },
    async forget(name) {
      try {
        await client.send(new DeleteSecretCommand({ SecretId: name, ForceDeleteWithoutRecovery: true }));
      } catch (error) {
        if (error instanceof ResourceNotFoundException) return;
        throw refused(`delete secret "${name}"`, error);
      }
    },
  };
}
