import { S3Client } from '@aws-sdk/client-s3';
import { DeleteSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { ListExecutionsCommand, SFNClient } from '@aws-sdk/client-sfn';
import { SSMClient } from '@aws-sdk/client-ssm';
import product from '../../package.json' with { type: 'json' };
import { s3Approvals } from '../adapters/approvals.ts';
import { deployedConfiguration } from '../adapters/configuration.ts';
import { s3Documents } from '../adapters/documents.ts';
import { stepFunctions } from '../adapters/executions.ts';
import { s3Ledgers } from '../adapters/ledger.ts';
import { secretsManager } from '../adapters/secrets.ts';
import { planDigest } from '../domain/plan.ts';
import type { WorldInfo } from '../local/world/world.ts';

/** The simulated account through the operator's eyes: the SDK's own clients, signed with the operator's key. */
export function simulatedAccount({ url, region, credentials, buckets, machines }: WorldInfo) {
  const client = { endpoint: url, region, credentials };
  const s3 = new S3Client({ ...client, forcePathStyle: true });
  const sfn = new SFNClient(client);
  const ssm = new SSMClient(client);
  const secretsClient = new SecretsManagerClient(client);
  const journey = machines['passage-retool-ecs-to-eks'] ?? '';
  const evidence = s3Documents(s3, buckets.evidence);
  return {
    sfn,
    evidence,
    staging: s3Documents(s3, buckets.staging),
    ledgers: s3Ledgers(evidence),
    approvals: s3Approvals(evidence),
    executions: stepFunctions(sfn),
    secrets: secretsManager(secretsClient),
    /** Deletes a secret at once, with all its versions. */
    forgetSecret: (name: string) =>
      secretsClient.send(new DeleteSecretCommand({ SecretId: name, ForceDeleteWithoutRecovery: true })),
    /** Of the migration as it is deployed now. */
    planDigest: async (migration: string) =>
      planDigest(await deployedConfiguration(ssm, '/passage/migrations/', migration), product.version),
    /** Names of the executions that run now, of any machine. */
    async running(): Promise<string[]> {
      const lists = await Promise.all(
        Object.values(machines).map((stateMachineArn) =>
          sfn.send(new ListExecutionsCommand({ stateMachineArn, statusFilter: 'RUNNING' })),
        ),
      );
      return lists.flatMap(({ executions = [] }) => executions.map(({ name }) => name ?? ''));
    },
    journey,
    /** ARNs of the runs that are under way now, the oldest first. */
    async runningJourneys(): Promise<string[]> {
      const { executions = [] } = await sfn.send(
        new ListExecutionsCommand({ stateMachineArn: journey, statusFilter: 'RUNNING' }),
      );
      return executions.map(({ executionArn = '' }) => executionArn).reverse();
    },
    /** Closes its connections. */
    close() {
      for (const each of [s3, sfn, ssm, secretsClient]) each.destroy();
    },
  };
}
export type SimulatedAccount = ReturnType<typeof simulatedAccount>;
