import type * as iam from 'aws-cdk-lib/aws-iam';

/**
 * Something that a state machine can run: it owns placeholders of the definition files and says what it takes to run it,
 * so that neither can drift from the other.
 */
export interface TaskResource {
  /** By placeholder: `TakeLeaseFunctionArn`. */
  readonly substitutions: Readonly<Record<string, string>>;
  /** What the role of a machine that names it must be allowed. */
  statementsToRun(): iam.PolicyStatement[];
}
