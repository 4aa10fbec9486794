import type { z } from 'zod';
import type { EarlierFindings } from '../domain/drift/drift.ts';
import { keys } from '../domain/run.ts';
import { MigrationConfiguration } from '../workflow/configuration.ts';
import type { Documents } from './documents.ts';
import { runDocuments } from './evidence.ts';
import { parseJson } from './json.ts';

/** A document that may be of another version of Passage; null where it is missing, or has not the shape that is known now. */
export async function readable<S extends z.ZodType>(
  documents: Documents,
  key: string,
  schema: S,
): Promise<z.output<S> | null> {
  const text = await documents.text(key);
  if (text === null) return null;
  const result = schema.safeParse(parseJson(text));
  return result.success ? result.data : null;
}

/** What an earlier run of a migration collected, as far as it can be read. */
export async function earlierFindings(documents: Documents, migration: string, run: string): Promise<EarlierFindings> {
  const [plan, source, target, dns, databases] = await Promise.all([
    readable(documents, keys.document(run, 'plan'), runDocuments.plan),
    readable(documents, keys.document(run, 'source'), runDocuments.source),
    readable(documents, keys.document(run, 'target'), runDocuments.target),
    readable(documents, keys.document(run, 'dns'), runDocuments.dns),
    readable(documents, keys.document(run, 'databases'), runDocuments.databases),
  ]);
  const key = plan && keys.configuration(migration, plan.configurationDigest);
  const configured = key === null ? null : await readable(documents, key, MigrationConfiguration);
  const configuration = configured?.platform === 'aws' ? configured : null;
  return { plan, configuration, source, target, dns, databases };
}
