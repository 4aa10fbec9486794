/**
 * Every failure that a state machine may match by name, and whose fault it is.
 * The literal is the contract: a class name may be minified, the string may not.
 */
export const errors = {
  /** The input of a task or machine does not fit its schema. */
  InvalidInput: 'usage',
  /** A task returned what its schema forbids: a defect of Passage, never retried. */
  InvalidOutput: 'passage',
  /** The migration's configuration is missing, malformed or contradicts itself. */
  ConfigurationInvalid: 'configuration',
  /** Another execution holds the migration. */
  LeaseHeld: 'usage',
  /** This execution is no longer the holder: a later epoch exists. */
  LeaseLost: 'passage',
  /** An effect of the former holder may still be under way. */
  EffectInFlight: 'passage',
  /** The way back ended when the point of no return was written. */
  PastPointOfNoReturn: 'usage',
  /** No ECS service with the expected SERVICE_TYPE, or no database address in its task definition. */
  SourceNotFound: 'configuration',
  /** The target cluster, namespace, deployment or secret does not exist or may not be read. */
  TargetNotFound: 'configuration',
  SourceUnreachable: 'source',
  SourceLoginRefused: 'source',
  TargetUnreachable: 'target',
  TargetLoginRefused: 'target',
  /** The endpoint of a database is a pooler, which hands each transaction to another session. */
  PoolerEndpoint: 'configuration',
  /** The target's PostgreSQL is an older major version than the source's. */
  TargetOlder: 'configuration',
  /** Passage's login may not read something of the source. */
  SourceRightsMissing: 'source',
  /** Passage's login may not create something in the target. */
  TargetRightsMissing: 'target',
  /** A row of the source is larger than PostgreSQL can send: 1 GB. */
  FieldTooLarge: 'source',
  /** A preflight check is a BLOCKER. */
  PreflightBlocked: 'configuration',
  /** What was approved is no longer so: the last look before the freeze found another world than the first. */
  WorldChanged: 'usage',
  /** The target database holds something that is not this run's. */
  TargetNotEmpty: 'target',
  /** The target has no room left: its disk is full, or its temp_file_limit reached. */
  TargetFull: 'target',
  /** The fence row names another run, epoch or state: this writer is stale. */
  Fenced: 'passage',
  /** A table was altered, truncated or renamed during the copy, three times in a row. */
  SourceKeepsChanging: 'source',
  /** The session that held the exported snapshot was lost. */
  SnapshotLost: 'source',
  /** PostgreSQL refused a statement of the dump. */
  DumpFailed: 'source',
  /** PostgreSQL refused a statement of the restore. */
  RestoreFailed: 'target',
  /** Another copy of the same migration, started from another place, holds the database. */
  CopyInProgress: 'usage',
  /** The dump is not finished, but its worker no longer reports. */
  DumpAbandoned: 'passage',
  /** A staged chunk is missing, truncated or altered. */
  ChunkDamaged: 'passage',
  /** The worker stopped reporting, or ended without an answer. */
  WorkerLost: 'passage',
  /** Rows, bytes or contents differ between source and target. */
  DataDiffers: 'target',
  /** The booted backend is not healthy yet. */
  BootNotReady: 'target',
  /** The booted backend could not start, or ended. */
  BootFailed: 'target',
  /** The target application could not migrate the schema of the copy. */
  MigrationFailed: 'target',
  /** The target application encrypts with another key than the one that the stored values name. */
  EncryptionKeyRefused: 'target',
  /** No green rehearsal of this plan that is fresh enough. */
  RehearsalMissing: 'usage',
  /** The configured window has not begun, is over, or has no room left for the longest predicted freeze. */
  OutsideWindow: 'usage',
  /** Who started the execution could not be learned, so nobody may approve it. */
  RequesterUnknown: 'passage',
  /** Too few approvers remain once the requester is left out. */
  QuorumImpossible: 'configuration',
  /** An approver said no. */
  ApprovalRejected: 'decision',
  /** Too few approvers answered before the deadline. */
  ApprovalExpired: 'decision',
  /** The callback was answered, but votes, identities, digest or deadline do not bear it out. */
  ApprovalForged: 'usage',
  /** A source service still runs tasks. */
  SourceStillRunning: 'source',
  /** The source database could not be made unwritable, or was written after the fence. */
  FenceFailed: 'source',
  /** The target's database takes no write of the application's own login. */
  TargetWriteRefused: 'target',
  /** The target application did not become ready. */
  TargetNotReady: 'target',
  /** Pods of the target application have not ended, so its gate stays closed. */
  TargetStillRunning: 'target',
  /** Route 53 has not finished distributing the change. */
  DnsNotInSync: 'passage',
  /** A name server answers with something else than the change. */
  DnsNotSwitched: 'passage',
  /** A secret could not be read or written. */
  SecretUnavailable: 'configuration',
  /** An AWS or Kubernetes API refused or failed after its own retries. */
  ServiceUnavailable: 'passage',
} as const;

export type ErrorName = keyof typeof errors;
export type Fault = (typeof errors)[ErrorName];
export const errorNames = Object.keys(errors) as ErrorName[];

/** A failure with a declared name. The message says what happened, to which thing, and what to do now. */
export class WorkflowError extends Error {
  override readonly name: ErrorName;
  constructor(name: ErrorName, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = name;
  }
}
