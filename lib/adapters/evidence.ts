import type { z } from 'zod';
import { holds } from '../domain/ledger.ts';
import { keys } from '../domain/run.ts';
import type { DeployedMigration } from '../workflow/configuration.ts';
import { Boot } from '../workflow/documents/boot.ts';
import {
  DatabasesFindings,
  DnsFindings,
  MailFindings,
  SourceFindings,
  TargetFindings,
} from '../workflow/documents/collected.ts';
import { FilesWritten } from '../workflow/documents/files.ts';
import { Ledger } from '../workflow/documents/ledger.ts';
import { Drift, Prediction } from '../workflow/documents/measurement.ts';
import { Preflight } from '../workflow/documents/preflight.ts';
import { CopyProof, FenceProof, Rehearsal, Switched, TargetWrite } from '../workflow/documents/proofs.ts';
import { type Lease, Plan } from '../workflow/documents/run.ts';
import { WorkflowError } from '../workflow/errors.ts';
import { parseDeployed } from './configuration.ts';
import type { Documents } from './documents.ts';

/** The documents that a run leaves, by name; `runs/<run>/<name>.json`. */
export const runDocuments = {
  plan: Plan,
  source: SourceFindings,
  target: TargetFindings,
  dns: DnsFindings,
  mail: MailFindings,
  databases: DatabasesFindings,
  files: FilesWritten,
  preflight: Preflight,
  'copy-main': CopyProof,
  fence: FenceProof,
  'target-write': TargetWrite,
  boot: Boot,
  rehearsal: Rehearsal,
  prediction: Prediction,
  drift: Drift,
  switch: Switched,
} as const;

export type RunDocument = keyof typeof runDocuments;
type Content<D extends RunDocument> = z.output<(typeof runDocuments)[D]>;

/** What a run knows, beyond its few words of payload. */
export interface Evidence {
  /** The document, which an earlier state has written. */
  read<D extends RunDocument>(run: string, name: D): Promise<Content<D>>;
  find<D extends RunDocument>(run: string, name: D): Promise<Content<D> | null>;
  /** Writes a document once; a second writing of the same step returns what stands there. */
  write<D extends RunDocument>(run: string, name: D, value: Content<D>): Promise<Content<D>>;
  /** The configuration of the lease's run, by the digest in the ledger. LeaseLost when the lease does not hold. */
  configuration(lease: Lease): Promise<DeployedMigration>;
}

export function s3Evidence(documents: Documents): Evidence {
  const find: Evidence['find'] = async (run, name) => {
    const stored = await documents.read(keys.document(run, name), runDocuments[name]);
    return (stored?.value as Content<typeof name>) ?? null;
  };
  const read: Evidence['read'] = async (run, name) => {
    const found = await find(run, name);
    if (found) return found;
    throw new WorkflowError(
      'ServiceUnavailable',
      `Run ${run} has no document "${name}"; an earlier state should have written it.`,
    );
  };
  return {
    find,
    read,
    async write(run, name, value) {
      const created = await documents.create(keys.document(run, name), runDocuments[name].parse(value));
      return created ? value : read(run, name);
    },
    async configuration(lease) {
      const ledger = await documents.read(keys.ledger(lease.migration), Ledger);
      const digest = ledger?.value.holder?.configurationDigest;
      if (!ledger || !digest || !holds(ledger.value, lease)) {
        throw new WorkflowError(
          'LeaseLost',
          `Run ${lease.run} no longer holds migration "${lease.migration}" with epoch ${lease.epoch}.`,
        );
      }
      const text = await documents.text(keys.configuration(lease.migration, digest));
      if (text === null) {
        throw new WorkflowError(
          'ConfigurationInvalid',
          `Configuration ${digest} of "${lease.migration}" is missing from the evidence.`,
        );
      }
      return parseDeployed(lease.migration, text);
    },
  };
}
