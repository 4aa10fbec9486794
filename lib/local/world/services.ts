import { randomInt } from 'node:crypto';
import { type Assembly, readAssembly } from '../assembly/assembly.ts';
import type { SecretGeneration } from '../assembly/storage.ts';
import type { Clock } from '../clock.ts';
import { createKms, type Kms } from '../kms/kms.ts';
import { createS3, type ObjectCreated, type S3 } from '../s3/s3.ts';
import { createSecretsManager, type SecretsManager } from '../secretsmanager/secretsmanager.ts';
import { createSsm, type ParameterChange, type Ssm } from '../ssm/ssm.ts';
import type { Authorize } from '../wire/endpoint.ts';
import { ACCOUNT } from './account.ts';
import type { WorldPaths } from './paths.ts';

/** The services that keep something, with what the assembly puts into them. */
export interface StorageServices {
  readonly assembly: Assembly;
  readonly s3: S3;
  readonly secrets: SecretsManager;
  readonly ssm: Ssm;
  readonly kms: Kms;
}

/** Opens them and creates what the assembly in `assemblyDirectory` states; what is there already keeps its contents. */
export function openStorage(options: {
  readonly assemblyDirectory: string;
  readonly paths: WorldPaths;
  readonly clock: Clock;
  readonly authorize: Authorize;
  readonly onObjectCreated: (event: ObjectCreated) => void;
  readonly onParameterChange: (change: ParameterChange) => void;
}): StorageServices {
  const { assemblyDirectory, paths } = options;
  const shared = { ...ACCOUNT, clock: options.clock, authorize: options.authorize };
  const s3 = createS3({ ...shared, directory: paths.service('s3'), onObjectCreated: options.onObjectCreated });
  const secrets = createSecretsManager({ ...shared, directory: paths.service('secretsmanager') });
  const ssm = createSsm({ ...shared, directory: paths.service('ssm'), onParameterChange: options.onParameterChange });
  const kms = createKms({ ...shared, directory: paths.service('kms') });

  // Keys and secrets get their ids from their services; only then do the references to them stand for something.
  const unnamed = readAssembly(assemblyDirectory, ACCOUNT);
  const given = new Map<string, string>();
  for (const { logicalId, aliases } of unnamed.keys) {
    const arn = kms.createKey({ alias: aliases[0] ?? `alias/${logicalId}` });
    given.set(logicalId, arn.slice(arn.lastIndexOf('/') + 1));
  }
  for (const { logicalId, name, value, generate } of unnamed.secrets) {
    const initial = value ?? (generate && generated(generate));
    given.set(logicalId, secrets.createSecret({ name, ...(initial !== undefined && { value: initial }) }));
  }
  const assembly = readAssembly(assemblyDirectory, ACCOUNT, given);
  for (const { name, versioned } of assembly.buckets) s3.createBucket({ name, versioned });
  for (const { name, value } of assembly.parameters) ssm.putParameter(name, value);
  return { assembly, s3, secrets, ssm, kms };
}

function generated({ length, template, key, exclude, punctuation }: SecretGeneration): string {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
  const marks = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~';
  const alphabet = [...letters, ...(punctuation ? marks : '')].filter((character) => !exclude.includes(character));
  const password = Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join('');
  if (template === undefined || key === undefined) return password;
  return JSON.stringify({ ...(JSON.parse(template) as object), [key]: password });
}
