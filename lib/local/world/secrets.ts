import type { SecretsManager } from '../secretsmanager/secretsmanager.ts';
import type { Principal } from '../wire/endpoint.ts';
import { callAs } from './call.ts';

/** Creates the secret, or gives the one that is there this value. */
export async function setSecret(
  secrets: SecretsManager,
  operator: Principal,
  name: string,
  value: string,
): Promise<void> {
  secrets.createSecret({ name, value });
  if (secrets.value(name) === value) return;
  await callAs(secrets.endpoint, operator, 'secretsmanager.PutSecretValue', { SecretId: name, SecretString: value });
}
