import { randomBytes } from 'node:crypto';
import type { Clock } from '../clock.ts';
import type { ConditionKeys, Principal } from '../wire/endpoint.ts';

/** What a client signs with. `sessionToken` and `expiration` belong to role sessions only. */
export interface AccessKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
}

export interface Credential extends AccessKeys {
  readonly principal: Principal;
}

/** The access keys of the simulated account. They live as long as the process that made them. */
export interface Credentials {
  /** Long-lived keys of a person: `addUser('ada', { administrator: true })`. */
  addUser(name: string, options?: { readonly administrator?: boolean }): AccessKeys;
  /**
   * Keys of a role session; `seconds` is their life, 12 hours unless told: the longest that AWS gives. `keys` are what
   * each call with them tells IAM beside its own.
   */
  mint(
    roleArn: string,
    sessionName: string,
    options?: { readonly seconds?: number; readonly keys?: ConditionKeys },
  ): AccessKeys;
  /** Finds keys that expired, for a day: the gateway tells "expired" from "unknown". */
  find(accessKeyId: string): Credential | undefined;
}

/**
 * Whoever runs with keys in its environment cannot renew them, as a container does on AWS, so they live as long as
 * AWS allows a session at all: 12 hours.
 */
const LONGEST_SESSION = 12 * 3600;

const EXPIRED_KEPT_MS = 24 * 3_600_000;

export function createCredentials(options: { readonly clock: Clock; readonly accountId: string }): Credentials {
  const byId = new Map<string, Credential>();
  const add = (keys: AccessKeys, principal: Principal): AccessKeys => {
    for (const [id, { expiration }] of byId) {
      if (expiration && expiration.getTime() + EXPIRED_KEPT_MS < options.clock.now()) byId.delete(id);
    }
    byId.set(keys.accessKeyId, { ...keys, principal });
    return keys;
  };
  return {
    addUser: (name, { administrator = false } = {}) =>
      add(keyPair('AKIA'), { arn: `arn:aws:iam::${options.accountId}:user/${name}`, administrator }),
    mint: (roleArn, sessionName, { seconds = LONGEST_SESSION, keys } = {}) =>
      add(
        {
          ...keyPair('ASIA'),
          sessionToken: randomBytes(96).toString('base64'),
          expiration: new Date(options.clock.now() + seconds * 1000),
        },
        { arn: sessionArn(roleArn, sessionName), roleArn, ...(keys && { keys }) },
      ),
    find: (accessKeyId) => byId.get(accessKeyId),
  };
}

/** The variables through which an unmodified SDK or CLI finds its keys. */
export function keysEnvironment(keys: AccessKeys): Record<string, string> {
  return {
    AWS_ACCESS_KEY_ID: keys.accessKeyId,
    AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
    ...(keys.sessionToken ? { AWS_SESSION_TOKEN: keys.sessionToken } : {}),
  };
}

/** `arn:aws:iam::1:role/path/Name` assumed as `s` is known as `arn:aws:sts::1:assumed-role/Name/s`: the path is dropped. */
export function sessionArn(roleArn: string, sessionName: string): string {
  const match = /^arn:aws:iam::(\d+):role\/(?:.*\/)?([^/]+)$/.exec(roleArn);
  if (!match) throw new Error(`${roleArn} is not the ARN of a role`);
  return `arn:aws:sts::${match[1]}:assumed-role/${match[2]}/${sessionName}`;
}

/** AWS's shapes: 20 characters of base 32 after a prefix that tells users from sessions; a secret of 40 characters. */
function keyPair(prefix: 'AKIA' | 'ASIA'): AccessKeys {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const id = Array.from(randomBytes(16), (byte) => alphabet[byte % 32]).join('');
  return { accessKeyId: prefix + id, secretAccessKey: randomBytes(30).toString('base64') };
}
