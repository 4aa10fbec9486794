import type { SourceVariable } from '../../workflow/documents/findings.ts';
import { parseValueFrom } from '../value-from.ts';
import type { Collected } from './file.ts';

/** The region, account and partition of the deployment, as an ARN of its own tells; null where none does. */
export function accountOf({ target, source }: Pick<Collected, 'target' | 'source'>) {
  const [, partition, region, account] =
    [target?.database?.secretArn, source.database?.secretArn]
      .map((arn) => /^arn:(aws[\w-]*):secretsmanager:([a-z0-9-]+):(\d{12}):/.exec(arn ?? ''))
      .find((found) => found != null) ?? [];
  return partition && region && account ? { partition, region, account } : null;
}

/** Names the target's secrets, `retool/<prefix>/…`; in the blueprints it is the name of the cluster, too. */
export const prefixOf = ({ configuration }: Pick<Collected, 'configuration'>): string => {
  const { cluster } = configuration.target.eks;
  return /^[a-z0-9][a-z0-9-]{0,37}$/.test(cluster) ? cluster : configuration.name;
};

/** A secret of the target by its last name. */
export const targetSecret = (collected: Pick<Collected, 'configuration'>, name: string): string =>
  `retool/${prefixOf(collected)}/${name}`;

/** The secrets of its own that the target's chart reads, by variable. */
export const ownSecrets: Readonly<Record<string, string>> = {
  ENCRYPTION_KEY: 'encryption-key',
  JWT_SECRET: 'jwt-secret',
  LICENSE_KEY: 'license-key',
};

export const variableOf = ({ source }: Pick<Collected, 'source'>, name: string): SourceVariable | undefined =>
  source.variables.find((variable) => variable.name === name);

/** Where the target reads a value that has a secret of its own: where it is, if Secrets Manager holds it, else a copy. */
interface SecretPlace {
  /** ARN, or a name where nobody knows region and account. */
  readonly id: string;
  /** The key of a secret that holds JSON; null for the whole text. */
  readonly property: string | null;
  /** Whether it is the very secret that the source reads. */
  readonly shared: boolean;
}

/** @returns null when the source does not set the variable, so that it has no value to be found anywhere */
export function placeOf(collected: Collected, name: string): SecretPlace | null {
  const variable = variableOf(collected, name);
  if (!variable) return null;
  const from = variable.reference === null ? null : parseValueFrom(variable.reference);
  // A stage or version that is fixed cannot be named to the target, which always reads the current one.
  if (
    from?.store === 'secrets-manager' &&
    from.versionId === null &&
    (from.versionStage ?? 'AWSCURRENT') === 'AWSCURRENT'
  ) {
    return { id: from.secret, property: from.jsonKey, shared: true };
  }
  const account = accountOf(collected);
  const own = targetSecret(collected, ownSecrets[name] ?? name);
  return {
    id: account ? `arn:${account.partition}:secretsmanager:${account.region}:${account.account}:secret:${own}` : own,
    property: null,
    shared: false,
  };
}
