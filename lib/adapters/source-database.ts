import type { SourceFindings } from '../workflow/documents/collected.ts';
import type { Lease } from '../workflow/documents/run.ts';
import { knownAddress, loginAt } from './logins.ts';
import type { Login } from './postgres/connect.ts';
import type { SourceDatabase } from './postgres/source-fence.ts';
import type { Secrets } from './secrets.ts';

/** The source database as the fence sees it: Passage's own login, and the application's. */
interface FencedSource extends SourceDatabase {
  readonly applicationLogins: readonly string[];
}

export async function fencedSource(secrets: Secrets, source: SourceFindings, lease: Lease): Promise<FencedSource> {
  return {
    passage: await loginAt(secrets, source.database),
    run: lease.run,
    epoch: lease.epoch,
    applicationLogins: source.applicationLogin ? [source.applicationLogin.user] : [],
  };
}

/** Every credential that is known to have opened the source: the fence is attacked with each. */
export async function knownCredentials(
  secrets: Secrets,
  { applicationLogin, database }: SourceFindings,
): Promise<Login[]> {
  if (!applicationLogin) return [];
  return [await loginAt(secrets, { ...knownAddress(database), secretArn: applicationLogin.secretArn })];
}
