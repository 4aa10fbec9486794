import * as ssm from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import type { DeployedMigration } from '../workflow/configuration.ts';

/** Migrations stand under it, one parameter each, by name. */
export const PARAMETER_PATH = '/passage/migrations';

export const parameterName = (migration: string): string => `${PARAMETER_PATH}/${migration}`;

/** The configuration of one migration, as runs read it when they start. It names secrets and holds none. */
export class MigrationParameter extends Construct {
  constructor(scope: Construct, id: string, migration: DeployedMigration) {
    super(scope, id);
    const { $schema: _, ...configuration } = migration;
    new ssm.StringParameter(this, 'Resource', {
      parameterName: parameterName(migration.name),
      description: `Where migration ${migration.name} comes from, where it goes and who decides.`,
      stringValue: JSON.stringify(configuration),
      // Above 4 KiB, which a long list of approvers reaches, a parameter must be an advanced one.
      tier: ssm.ParameterTier.INTELLIGENT_TIERING,
    });
  }
}
