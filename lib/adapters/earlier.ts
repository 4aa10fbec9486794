import type { z } from 'zod';
import { keys } from '../domain/run.ts';
import type { Documents } from './documents.ts';
import { type RunDocument, runDocuments } from './evidence.ts';
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

/** A document of an earlier run, likewise. */
export const earlier = <D extends RunDocument>(documents: Documents, run: string, name: D) =>
  readable(documents, keys.document(run, name), runDocuments[name]);
