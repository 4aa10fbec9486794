import { randomBytes } from 'node:crypto';
import { AwsError } from '../wire/endpoint.ts';

/** A task that somebody else answers. Each call takes effect, in the history too, before it returns. */
interface PendingTask {
  readonly stateMachineArn: string;
  beat(): void;
  /** `output` is JSON text. */
  succeed(output: string): void;
  fail(error: string | undefined, cause: string | undefined): void;
}

/** The task tokens that are open. A token names its execution, so that a late answer can be told from a forged one. */
export class Tokens {
  readonly #open = new Map<string, PendingTask>();

  mint(executionArn: string): string {
    return Buffer.from(JSON.stringify({ executionArn, nonce: randomBytes(16).toString('hex') })).toString('base64');
  }

  open(token: string, task: PendingTask): void {
    this.#open.set(token, task);
  }

  close(token: string): void {
    this.#open.delete(token);
  }

  /**
   * The task of an open token. Throws as AWS does: InvalidToken for what is no token, TaskDoesNotExist for one of an
   * execution that is not here, TaskTimedOut for a task that is over.
   */
  find(token: string, executionExists: (executionArn: string) => boolean): PendingTask {
    const task = this.#open.get(token);
    if (task) return task;
    const executionArn = executionOf(token);
    if (executionArn === undefined) throw new AwsError('InvalidToken', 400, "Invalid Token: 'Invalid token'");
    if (!executionExists(executionArn)) {
      throw new AwsError('TaskDoesNotExist', 400, "Task Does Not Exist: 'Provided task does not exist'");
    }
    throw new AwsError('TaskTimedOut', 400, "Task Timed Out: 'Provided task does not exist anymore'");
  }
}

function executionOf(token: string): string | undefined {
  try {
    const { executionArn } = JSON.parse(Buffer.from(token, 'base64').toString()) as { executionArn?: unknown };
    return typeof executionArn === 'string' ? executionArn : undefined;
  } catch {
    return undefined;
  }
}
