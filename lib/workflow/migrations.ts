import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { z } from 'zod';
import { type DeployedMigration, MigrationConfiguration } from './configuration.ts';
import { WorkflowError } from './errors.ts';

/**
 * The migrations with `"platform": "aws"` among the JSON files of a directory, by name; those of platform `local`
 * are no business of a deployment. Throws `ConfigurationInvalid` with each file and the path of each field that is wrong.
 */
export function loadMigrations(directory: string): readonly DeployedMigration[] {
  const files = readdirSync(directory).filter((name) => name.endsWith('.json'));
  const read = files.sort().map((name) => readFile(join(directory, name)));
  refuse(read.flatMap(({ problems }) => problems));
  const migrations = read.flatMap(({ migration }) => migration ?? []);
  for (const [index, { name }] of migrations.entries()) {
    if (migrations.findIndex((other) => other.name === name) !== index) {
      refuse([`Two files in ${directory} describe a migration named "${name}". Rename one of them.`]);
    }
  }
  return migrations;
}

/** One file's; undefined for one of platform `local`. Throws as `loadMigrations`. */
export function readMigration(file: string): DeployedMigration | undefined {
  const { migration, problems } = readFile(file);
  refuse(problems);
  return migration;
}

function refuse(problems: readonly string[]): void {
  if (problems.length === 0) return;
  throw new WorkflowError('ConfigurationInvalid', `A migration is not valid.\n${problems.join('\n')}`);
}

function readFile(file: string): { migration?: DeployedMigration; problems: string[] } {
  const shown = relative(process.cwd(), file);
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    return { problems: [`${shown} is not JSON: ${error instanceof Error ? error.message : error}`] };
  }
  if (typeof json === 'object' && json !== null && 'platform' in json && json.platform === 'local')
    return { problems: [] };
  const { success, data, error } = MigrationConfiguration.safeParse(json);
  if (success) return { problems: [], ...(data.platform === 'aws' && { migration: data }) };
  return { problems: fieldProblems(error).map((problem) => `${shown}: ${problem}`) };
}

/** For each wrong field where it is and what is wrong: `approvals.required: is missing`. */
export const fieldProblems = ({ issues }: z.ZodError): string[] =>
  issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => `${[...issue.path, key].join('.')}: is not a known field`)
      : [`${issue.path.join('.') || '(the whole file)'}: ${plain(issue.message)}`],
  );

/** zod's words for a field that is not there. */
const plain = (message: string): string => (/received undefined$/.test(message) ? 'is missing' : message);
