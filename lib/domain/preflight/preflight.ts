import type { Finding } from '../../workflow/documents.ts';
import type { Check, Collected } from './check.ts';
import { databaseRights } from './database-rights.ts';
import { dnsRecord } from './dns-record.ts';
import { encryptionKey } from './encryption-key.ts';
import { imageTag } from './image-tag.ts';
import { postgresqlMajors } from './postgresql-majors.ts';
import { problemChecks } from './problems.ts';

/** Every check there is, in the order in which a report shows them. */
export const checks: readonly Check[] = [
  encryptionKey,
  postgresqlMajors,
  databaseRights,
  imageTag,
  dnsRecord,
  ...problemChecks,
];

/** What each check that concerns this plan found. */
export const runChecks = (collected: Collected): Finding[] =>
  checks.flatMap(({ id, title, look }) => {
    const result = look(collected);
    return result ? [{ id, title, ...result }] : [];
  });

/** The blockers in one sentence each, for the error that stops the run. */
export const blockers = (findings: readonly Finding[]): string[] =>
  findings
    .filter(({ severity }) => severity === 'BLOCKER')
    .map(({ id, saw, todo }) => `${id}: ${saw}${todo ? ` ${todo}` : ''}`);
