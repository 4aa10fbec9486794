import { databaseOf, tagOf } from '../domain/retool.ts';
import type { TargetFindings } from '../workflow/documents.ts';
import { WorkflowError } from '../workflow/errors.ts';
import type { Application, Backend } from './kubernetes/application.ts';

/** The role label of the deployment that serves users, as the vendor's chart writes it. */
const MAIN_BACKEND = 'main-backend';

/** The application on the target cluster. Holds a secret: it never leaves the function that reads it. */
export interface TargetApplication {
  readonly deployments: TargetFindings['deployments'];
  readonly imageTag: string | null;
  readonly database: { host: string; port: number; database: string; ssl: 'disable' | 'require' };
  readonly encryptionKey: string | null;
  readonly backend: Backend;
}

/** Finds deployments by the chart's role label, and database and key in the main backend's environment. */
export async function findTarget(application: Application, ingress: string): Promise<TargetApplication> {
  const deployments = await application.deployments();
  const main = deployments.find(({ role }) => role === MAIN_BACKEND);
  if (!main) {
    throw new WorkflowError(
      'TargetNotFound',
      `No deployment bears the label telemetry.retool.com/service-name=${MAIN_BACKEND}; check target.application.namespace in the configuration.`,
    );
  }
  const plain = [...main.environment].flatMap(([name, { value }]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  const database = databaseOf(new Map(plain));
  if (!database) {
    throw new WorkflowError(
      'TargetNotFound',
      `Deployment "${main.name}" sets neither DATABASE_URL nor POSTGRES_HOST and POSTGRES_DB.`,
    );
  }
  const backend = await application.backend(ingress);
  if (!backend) {
    throw new WorkflowError(
      'TargetNotFound',
      `Ingress "${ingress}" has no service behind it; open its gate or correct target.application.ingress.`,
    );
  }
  const key = main.environment.get('ENCRYPTION_KEY');
  return {
    deployments: deployments.map(({ name, role, replicas }) => ({ name, role, replicas })),
    imageTag: tagOf(main.image),
    database,
    encryptionKey: key?.value ?? (key?.secret ? await application.secret(key.secret.name, key.secret.key) : null),
    backend,
  };
}
