import type { S3Client } from '@aws-sdk/client-s3';
import { type Documents, s3Documents } from './documents.ts';
import { type Evidence, s3Evidence } from './evidence.ts';
import { type Ledgers, s3Ledgers } from './ledger.ts';

/** What is remembered of migrations and runs, as most tasks need it: `...evidenceBucket(new S3Client({}), name)`. */
export function evidenceBucket(
  s3: S3Client,
  bucket: string,
): { readonly documents: Documents; readonly ledgers: Ledgers; readonly evidence: Evidence } {
  const documents = s3Documents(s3, bucket);
  return { documents, ledgers: s3Ledgers(documents), evidence: s3Evidence(documents) };
}
