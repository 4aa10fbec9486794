import { randomBytes } from 'node:crypto';
import type { Clock } from '../clock.ts';
import type { StateFile } from '../state-file.ts';
import { AwsError } from '../wire/endpoint.ts';

export interface SecretVersion {
  /** Milliseconds since the epoch. */
  readonly created: number;
  stages: string[];
  readonly string?: string;
  /** Base64. */
  readonly binary?: string;
}

export interface Secret {
  readonly arn: string;
  readonly name: string;
  description?: string;
  kmsKeyId?: string;
  tags: { readonly Key?: string; readonly Value?: string }[];
  readonly created: number;
  changed: number;
  /** When it will be gone for good; until then it can be restored. */
  deletion?: number;
  /** By version id, which is the client's request token. */
  readonly versions: Record<string, SecretVersion>;
}

type SecretValue = Pick<SecretVersion, 'string' | 'binary'>;

/** The secrets of the account: names, ARNs with their suffix, and which version holds which stage. */
export class SecretStore {
  readonly #file: StateFile<{ secrets: Secret[] }>;
  readonly #clock: Clock;
  /** `arn:aws:secretsmanager:<region>:<account>:secret:` */
  readonly #prefix: string;

  constructor(
    file: StateFile<{ secrets: Secret[] }>,
    clock: Clock,
    location: { readonly region: string; readonly accountId: string },
  ) {
    this.#file = file;
    this.#clock = clock;
    this.#prefix = `arn:aws:secretsmanager:${location.region}:${location.accountId}:secret:`;
  }

  /** AWS adds six characters, so that a secret made anew under an old name has another ARN. */
  newArn(name: string): string {
    return `${this.#prefix}${name}-${randomBytes(6).toString('base64url').replaceAll(/[-_]/g, 'x').slice(0, 6)}`;
  }

  /** By name, by ARN, or by ARN without its suffix; undefined when there is none. */
  find(id: string): Secret | undefined {
    this.#sweep();
    const name = id.startsWith(this.#prefix) ? id.slice(this.#prefix.length) : id;
    return (
      this.#file.value.secrets.find((secret) => secret.arn === id) ??
      this.#file.value.secrets.find((secret) => secret.name === name)
    );
  }

  all(): readonly Secret[] {
    this.#sweep();
    return this.#file.value.secrets;
  }

  /** With its first version in one write: whoever tries again after a kill finds both or neither. */
  add(
    secret: Pick<Secret, 'arn' | 'name' | 'description' | 'kmsKeyId' | 'tags'>,
    first: { readonly token: string; readonly value: SecretValue } | null,
  ): Secret {
    const now = this.#clock.now();
    const added: Secret = { ...secret, created: now, changed: now, versions: {} };
    this.#file.value.secrets.push(added);
    if (first) this.put(added, first.token, first.value);
    else this.#file.save();
    return added;
  }

  change(secret: Secret, more: Partial<Pick<Secret, 'description' | 'kmsKeyId' | 'deletion'>>): void {
    Object.assign(secret, more);
    secret.changed = this.#clock.now();
    this.#file.save();
  }

  remove(secret: Secret): void {
    this.#file.value.secrets.splice(this.#file.value.secrets.indexOf(secret), 1);
    this.#file.save();
  }

  /**
   * Adds a version, or finds that the same token already brought the same value (a retry).
   * A stage has one holder; when AWSCURRENT moves, AWSPREVIOUS follows to the version it left.
   */
  put(secret: Secret, token: string, value: SecretValue, stages: readonly string[] = ['AWSCURRENT']): SecretVersion {
    const known = secret.versions[token];
    if (known) {
      if (known.string === value.string && known.binary === value.binary) return known;
      const message = `You can't modify an existing version: a version with the id ${token} already exists with another value.`;
      throw new AwsError('ResourceExistsException', 400, message);
    }
    const wanted = Object.keys(secret.versions).length === 0 ? [...new Set([...stages, 'AWSCURRENT'])] : [...stages];
    const current = Object.values(secret.versions).find((version) => version.stages.includes('AWSCURRENT'));
    const moved = wanted.includes('AWSCURRENT') ? [...wanted, 'AWSPREVIOUS'] : wanted;
    for (const version of Object.values(secret.versions))
      version.stages = version.stages.filter((stage) => !moved.includes(stage));
    if (current && wanted.includes('AWSCURRENT')) current.stages.push('AWSPREVIOUS');
    const added: SecretVersion = { created: this.#clock.now(), stages: wanted, ...value };
    secret.versions[token] = added;
    secret.changed = added.created;
    this.#file.save();
    return added;
  }

  /** Secrets whose recovery window is over are gone. */
  #sweep(): void {
    const { secrets } = this.#file.value;
    for (const secret of secrets.filter(({ deletion }) => deletion !== undefined && deletion <= this.#clock.now()))
      this.remove(secret);
  }
}
