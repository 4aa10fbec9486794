import { existsSync, readFileSync } from 'node:fs';
import { utc } from '../domain/quantities.ts';
import { MigrationConfiguration } from '../workflow/configuration.ts';
import { WorkflowError } from '../workflow/errors.ts';
import { fieldProblems } from '../workflow/migrations.ts';
import { type Command, exitCodes } from './command.ts';

const examples = { aws: 'migrations/acme-retool.json', local: 'migrations/my-databases.json' };
const SCHEMA = 'docs/schemas/migration.schema.json';

/** Reads a configuration, or says for each wrong field where it is, what is wrong, and where a right one stands. */
export function readConfiguration(file: string): MigrationConfiguration {
  const invalid = (message: string) => new WorkflowError('ConfigurationInvalid', message);
  if (!existsSync(file)) throw invalid(`There is no file ${file}. An example is ${examples.local}.`);
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw invalid(`${file} is not JSON: ${error instanceof Error ? error.message : error}.`);
  }
  const result = MigrationConfiguration.safeParse(json);
  if (result.success) return result.data;
  const platform = (json as { platform?: unknown } | null)?.platform === 'local' ? 'local' : 'aws';
  const issues = fieldProblems(result.error).map((problem) => `  ${problem}`);
  throw invalid(
    `${file} is not a migration:\n${issues.join('\n')}\nAn example is ${examples[platform]}; every field, with what it means, is in ${SCHEMA}.`,
  );
}

export const validate: Command = {
  name: 'validate',
  summary: 'checks a configuration without touching anything',
  positionals: ['<file>'],
  options: {},
  async run({ positionals: [file = ''], console }) {
    const configuration = readConfiguration(file);
    const { name, platform } = configuration;
    console.line(`${file}: migration "${name}" for platform "${platform}" is valid.`);
    const window = platform === 'aws' ? configuration.window : undefined;
    if (window && Date.parse(window.to) <= Date.now()) {
      console.line(`Its window ended at ${utc(window.to)}: a cutover is refused until there is another one.`);
    }
    return exitCodes.ok;
  },
};
