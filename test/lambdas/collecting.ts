import type { EcsContainer } from '../../lib/adapters/ecs.ts';
import { keys } from '../../lib/domain/run.ts';
import { deployed, lease, plan } from '../support/run-documents.ts';
import { type Account, withRun } from './account.ts';

export const written = (of: Account, name: string) => of.documents.json(keys.document(lease.run, name));
/** What a run collects is written once, so a test that collects begins with nothing. */
export const uncollected = (): Account => {
  const it = withRun();
  const objects = it.documents.objects as Map<string, unknown>;
  for (const name of ['source', 'target', 'dns', 'preflight']) objects.delete(keys.document(lease.run, name));
  return it;
};
export const configured = (of: Account, file: object) =>
  of.documents.tamper(keys.configuration(lease.migration, plan().configurationDigest), deployed(file));

export const plain = {
  SERVICE_TYPE: 'MAIN_BACKEND,DB_CONNECTOR',
  POSTGRES_HOST: 'rds.invalid',
  POSTGRES_DB: 'hammerhead_production',
  POSTGRES_USER: 'retool',
  POSTGRES_PASSWORD: 'the application password',
  ENCRYPTION_KEY: 'the encryption key',
};
export const container = (environment: object, secrets: object = {}): EcsContainer => ({
  name: 'retool',
  image: 'tryretool/backend:3.114.3-stable',
  environment: new Map(Object.entries(environment)),
  secrets: new Map(Object.entries(secrets)),
  environmentFiles: [],
  volumes: [],
});
