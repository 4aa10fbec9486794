import { GetParameterCommand, ParameterNotFound, type SSMClient } from '@aws-sdk/client-ssm';
import { type DeployedMigration, MigrationConfiguration } from '../workflow/configuration.ts';
import { WorkflowError } from '../workflow/errors.ts';
import { parseJson } from './json.ts';
import { refused } from './refused.ts';

/** Reads the configuration that the deployment published for a migration. */
export async function deployedConfiguration(
  client: SSMClient,
  path: string,
  migration: string,
): Promise<DeployedMigration> {
  let text: string;
  try {
    const { Parameter } = await client.send(new GetParameterCommand({ Name: `${path}${migration}` }));
    text = Parameter?.Value ?? '';
  } catch (error) {
    if (error instanceof ParameterNotFound) {
      throw new WorkflowError(
        'ConfigurationInvalid',
        `There is no migration "${migration}". Add migrations/${migration}.json and deploy, or correct the name in the input.`,
        { cause: error },
      );
    }
    throw refused(`read the configuration of "${migration}"`, error);
  }
  const configuration = parseDeployed(migration, text);
  // `name:3` and `name:label` are selectors of the parameter store: an older configuration, under a ledger of its own.
  if (configuration.name !== migration) {
    throw new WorkflowError(
      'ConfigurationInvalid',
      `"${migration}" is not the name of a migration, "${configuration.name}" is; correct the name in the input.`,
    );
  }
  return configuration;
}

/** A configuration's text, checked again where it is used. */
export function parseDeployed(migration: string, text: string): DeployedMigration {
  const result = MigrationConfiguration.safeParse(parseJson(text));
  if (!result.success) {
    const [issue] = result.error.issues;
    throw new WorkflowError(
      'ConfigurationInvalid',
      `The deployed configuration of "${migration}" is wrong at ${issue?.path.join('.') || 'its top'}: ${issue?.message}. Correct migrations/${migration}.json and deploy again.`,
    );
  }
  if (result.data.platform !== 'aws') {
    throw new WorkflowError(
      'ConfigurationInvalid',
      `Migration "${migration}" has platform "local": it runs on one machine and is not deployed.`,
    );
  }
  return result.data;
}
