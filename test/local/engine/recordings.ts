import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { RecordedCase } from '../../../lib/local/recordings/case.ts';
import { readPack } from '../../../lib/local/recordings/pack.ts';

/**
 * The folder of the recordings, which are not part of this repository: PASSAGE_DATA names the folder that holds it.
 * Undefined without them.
 */
export function findRecordings(): string | undefined {
  const pack = join(process.env.PASSAGE_DATA ?? '', 'step-functions-recordings');
  return process.env.PASSAGE_DATA && existsSync(pack) ? pack : undefined;
}

/** One case of a pack, whatever its query language. */
export function caseNamed(pack: string, name: string): RecordedCase {
  const entry = readPack(pack).find(({ row }) => row.name === name);
  if (!entry) throw new Error(`${pack} has no case ${name}`);
  return entry.read();
}
