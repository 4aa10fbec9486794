import {
  SendTaskFailureCommand,
  SendTaskHeartbeatCommand,
  SendTaskSuccessCommand,
  type SFNClient,
} from '@aws-sdk/client-sfn';
import type { CopierOutput } from '../contract.ts';
import type { TaskCallback } from '../ports.ts';

/** The task is over for Step Functions: it timed out, was answered, or its execution ended. */
const refusals = ['TaskTimedOut', 'TaskDoesNotExist', 'InvalidToken'];
/** Step Functions refuses a longer cause. */
const CAUSE_CHARACTERS = 32_768;

/** Answers and heartbeats of one task token, which never leaves this object. */
export class StepFunctionsCallback implements TaskCallback {
  readonly #states: SFNClient;
  readonly #taskToken: string;

  constructor(states: SFNClient, taskToken: string) {
    this.#states = states;
    this.#taskToken = taskToken;
  }

  async beat(): Promise<boolean> {
    try {
      await this.#states.send(new SendTaskHeartbeatCommand({ taskToken: this.#taskToken }));
      return true;
    } catch (error) {
      if (refusals.includes((error as Error).name)) return false;
      throw error;
    }
  }

  async succeed(output: CopierOutput): Promise<void> {
    const answer = { taskToken: this.#taskToken, output: JSON.stringify(output) };
    await this.#states.send(new SendTaskSuccessCommand(answer));
  }

  async fail(error: string, cause: string): Promise<void> {
    const answer = { taskToken: this.#taskToken, error, cause: cause.slice(0, CAUSE_CHARACTERS) };
    await this.#states.send(new SendTaskFailureCommand(answer));
  }
}
