import type { DeployedMigration } from '../../workflow/configuration.ts';
import type { DnsFindings, SourceFindings, TargetFindings } from '../../workflow/documents/collected.ts';
import type { Plan } from '../../workflow/documents/run.ts';

/** A file that a person needs, beside what to do with it. */
export interface UserFile {
  /** `values.yaml`: the name that it has in the run's folder. */
  readonly name: string;
  readonly text: string;
  /** What it is good for, in a sentence or two. */
  readonly why: string;
  /** What to do with it, in a sentence or two, after the files before it. */
  readonly how: string;
}

/** What files are made of: what a run collected, as far as it came. */
export interface Collected {
  readonly configuration: DeployedMigration;
  readonly plan: Plan;
  readonly source: SourceFindings;
  /** Null where the target could not be found: the files are how it comes about. */
  readonly target: TargetFindings | null;
  readonly dns: DnsFindings | null;
}

/** What other parts of the project say, to be handed on as it is. */
export interface Originals {
  /** `lib/sql/create-source-login.sql` */
  readonly createSourceLogin: string;
  /** `lib/sql/create-target-login.sql` */
  readonly createTargetLogin: string;
  /** `lib/programs/create-secrets.mjs` */
  readonly createSecrets: string;
  /** Passage's rights in a target cluster, for the namespace of the application. */
  readonly rbac: (namespace: string) => object;
}
