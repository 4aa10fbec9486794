import { createSecretsFile } from './create-secrets.ts';
import { externalSecretsFile } from './external-secrets.ts';
import type { Collected, Originals, UserFile } from './file.ts';
import { loginFiles } from './logins.ts';
import { manifestFile } from './manifest.ts';
import { rbacFile } from './rbac.ts';
import { tfvarsFile } from './tfvars.ts';
import { valuesFile } from './values.ts';

/** The files that a person needs between this run and a cutover, in the order in which they are used. */
export function filesFor(collected: Collected, originals: Originals): UserFile[] {
  return [
    manifestFile(collected),
    createSecretsFile(originals),
    tfvarsFile(collected),
    externalSecretsFile(collected),
    valuesFile(collected),
    ...loginFiles(collected, originals),
    rbacFile(collected, originals),
  ];
}
