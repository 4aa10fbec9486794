import { several } from '../../quantities.ts';
import { type Check, info, pass, unlearned, warning } from '../check.ts';
import { isUnknown } from '../unknown.ts';
import { versionOf } from '../versions.ts';

/** Any of them configures one. */
const NAMING = ['RR_BLOB_STORAGE_PROVIDER', 'RR_DEFAULT_S3_BUCKET', 'AGENT_EVALS_S3_BUCKET'];

export const check: Check = {
  id: 'blob-storage',
  title: 'The target may open the buckets of the source',
  about: 'application',
  needsTarget: true,
  look({ source, target }) {
    const stores = source.blobStores;
    if (stores.length === 0) {
      if (NAMING.some((name) => isUnknown(source, name))) {
        return unlearned(
          'whether the source has a bucket: a variable that names one comes, or may come, from a place that Passage could not read.',
          'Look there; where it has one, let the role of the target open it.',
        );
      }
      const version = versionOf(target.imageTag);
      if (version === null) {
        return unlearned(
          'which version the target runs; no bucket is configured.',
          'Retool 4 needs one: set RR_BLOB_STORAGE_PROVIDER and RR_DEFAULT_S3_….',
        );
      }
      if (version.major < 4) return pass('No bucket is configured.');
      return warning(
        'No bucket is configured.',
        'Retool 4 needs one: set RR_BLOB_STORAGE_PROVIDER and RR_DEFAULT_S3_….',
      );
    }
    const names = several(stores.map(({ bucket, provider }) => bucket ?? provider));
    if (stores.every(({ keys }) => keys)) return pass(`Opened by keys that move along: ${names}.`);
    const account = target.deployments.find(({ role }) => role === 'main-backend')?.serviceAccount;
    if (account) {
      return info(
        `Opened by the role of a task: ${names}. The pods' role is that of service account ${account}.`,
        "Grant that role, in its policy and in the bucket's, what the task role has.",
      );
    }
    return warning(
      `Opened by the role of a task: ${names}. The target's pods have no service account of their own.`,
      'Give the pods a service account with a role (IRSA or Pod Identity), and grant that role what the task role has.',
    );
  },
};
