import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { type DeployedMigration, MigrationConfiguration } from './configuration.ts';

/**
 * The migrations with `"platform": "aws"` among the JSON files of a directory, by name; those of platform `local`
 * are no business of a deployment. Throws with the file and the path of each field that is wrong.
 */
export function loadMigrations(directory: string): readonly DeployedMigration[] {
  const files = readdirSync(directory).filter((name) => name.endsWith('.json'));
  const migrations = files.sort().flatMap((name) => readMigration(join(directory, name)) ?? []);
  for (const [index, { name }] of migrations.entries()) {
    if (migrations.findIndex((other) => other.name === name) !== index) {
      throw new Error(`Two files in ${directory} describe a migration named "${name}". Rename one of them.`);
    }
  }
  return migrations;
}

/** One file's; undefined for one of platform `local`. */
export function readMigration(file: string): DeployedMigration | undefined {
  const shown = relative(process.cwd(), file);
  const json = parse(file, shown);
  if (typeof json === 'object' && json !== null && 'platform' in json && json.platform === 'local') return undefined;
  const result = MigrationConfiguration.safeParse(json);
  if (!result.success) {
    const issues = result.error.issues.map(
      ({ path, message }) => `${shown}: ${path.join('.') || '(all of it)'}: ${message}`,
    );
    throw new Error(`A migration is not valid.\n${issues.join('\n')}`);
  }
  return result.data.platform === 'aws' ? result.data : undefined;
}

function parse(file: string, shown: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new Error(`${shown} is not JSON: ${error instanceof Error ? error.message : error}`, { cause: error });
  }
}
