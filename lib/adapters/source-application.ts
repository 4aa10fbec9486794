import { type ApplicationDatabase, databaseOf, encryptionMode, isMainBackend, tagOf } from '../domain/retool.ts';
import type { SourceFindings } from '../workflow/documents.ts';
import { WorkflowError } from '../workflow/errors.ts';
import type { Ecs, EcsContainer } from './ecs.ts';
import type { Secrets } from './secrets.ts';

/** The application on ECS. Holds secrets: it never leaves the function that reads it. */
export interface SourceApplication {
  readonly services: SourceFindings['services'];
  readonly imageTag: string | null;
  readonly database: ApplicationDatabase;
  readonly encryptionKey: string | null;
  readonly encryptionMode: string;
}

/** Finds every service that has a SERVICE_TYPE, and the database of the one that serves users. Names tell nothing. */
export async function findSource(ecs: Ecs, secrets: Secrets, cluster: string): Promise<SourceApplication> {
  const services: SourceFindings['services'] = [];
  let main: { container: EcsContainer; environment: ReadonlyMap<string, string> } | null = null;
  for (const { service, desiredCount, taskDefinition } of await ecs.services(cluster)) {
    for (const container of await ecs.containers(taskDefinition)) {
      const environment = await resolve(secrets, container);
      const serviceType = environment.get('SERVICE_TYPE');
      if (!serviceType) continue;
      services.push({ service, serviceType, desiredCount, taskDefinition });
      if (isMainBackend(serviceType)) main ??= { container, environment };
    }
  }
  if (!main) {
    throw new WorkflowError(
      'SourceNotFound',
      `ECS cluster "${cluster}" has no service whose SERVICE_TYPE contains MAIN_BACKEND; check source.ecs.cluster in the configuration.`,
    );
  }
  const database = databaseOf(main.environment);
  if (!database) {
    throw new WorkflowError(
      'SourceNotFound',
      `The task definition of the main backend in "${cluster}" sets neither DATABASE_URL nor POSTGRES_HOST and POSTGRES_DB.`,
    );
  }
  return {
    services,
    imageTag: tagOf(main.container.image),
    database,
    encryptionKey: main.environment.get('ENCRYPTION_KEY') ?? null,
    encryptionMode: encryptionMode(main.environment),
  };
}

/** Only what is looked at is fetched: a secret that nobody needs is not read. */
const wanted = ['SERVICE_TYPE', 'ENCRYPTION_KEY', 'DATABASE_URL', 'POSTGRES_USER', 'POSTGRES_PASSWORD'];

async function resolve(secrets: Secrets, container: EcsContainer): Promise<ReadonlyMap<string, string>> {
  const environment = new Map(container.environment);
  for (const [name, valueFrom] of container.secrets) {
    if (wanted.includes(name)) environment.set(name, await secrets.text(valueFrom));
  }
  return environment;
}
