import { WorkflowError } from '../../workflow/errors.ts';

/** The major version of a `server_version_num`, since PostgreSQL 10. */
const majorOf = (version: number) => Math.floor(version / 10_000);

/**
 * Refuses a target whose PostgreSQL is older than the source's; both as `server_version_num`.
 * @throws TargetOlder
 */
export function refuseOlder(source: number, target: number, place: string): void {
  if (majorOf(target) >= majorOf(source)) return;
  throw new WorkflowError(
    'TargetOlder',
    `The target ${place} runs PostgreSQL ${majorOf(target)}, the source ${majorOf(source)}: a schema does not go back a major version. Nothing was written. Upgrade the target to ${majorOf(source)} or newer, or name another server.`,
  );
}
