import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  DescribeExecutionCommand,
  DescribeStateMachineForExecutionCommand,
  type HistoryEvent,
  paginateGetExecutionHistory,
  SFNClient,
} from '@aws-sdk/client-sfn';
import { plural } from '../domain/quantities.ts';
import { type Command, type Console, exitCodes, usage } from './command.ts';

/** Writes what the AWS CLI would print of an execution; `recordings` plays it. */
export const record: Command = {
  name: 'record',
  summary: 'writes an execution of your AWS account into a folder, for recordings to play',
  positionals: ['<execution-arn>', '<folder>'],
  options: {},
  async run({ positionals: [executionArn = '', folder = ''], console }) {
    const [, region, name] = EXECUTION.exec(executionArn) ?? [];
    if (!region) throw usage(`"${executionArn}" is not the ARN of an execution of a standard machine.`);
    const client = new SFNClient({ region });
    try {
      const { execution, machine, history } = await read(client, executionArn, console);
      if (execution.status === 'RUNNING') throw usage(`${name} is still running. Record it when it has ended.`);
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      // Inputs, outputs and task tokens stand in them.
      for (const [part, value] of Object.entries({ execution, machine, history })) {
        const text = JSON.stringify({ ...value, $metadata: undefined }, undefined, 2);
        writeFileSync(join(folder, `${name}.${part}.json`), `${text}\n`, { mode: 0o600 });
      }
      console.line(`${plural(history.events.length, 'event')} of ${name} (${execution.status}) written to ${folder}.`);
      console.line(`Play them: npm run recordings -- ${folder}`);
      return exitCodes.ok;
    } finally {
      client.destroy();
    }
  },
};

const EXECUTION = /^arn:[\w-]+:states:([\w-]+):\d{12}:execution:[^:/]+:([^:]+)$/;

async function read(client: SFNClient, executionArn: string, console: Console) {
  try {
    const execution = await client.send(new DescribeExecutionCommand({ executionArn }));
    const machine = await client.send(new DescribeStateMachineForExecutionCommand({ executionArn }));
    const events: HistoryEvent[] = [];
    for await (const page of paginateGetExecutionHistory({ client }, { executionArn })) {
      events.push(...(page.events ?? []));
      console.live(`${events.length} events`);
    }
    return { execution, machine, history: { events } };
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    throw usage(
      name === 'CredentialsProviderError'
        ? 'There are no AWS credentials. Set AWS_PROFILE, or log in.'
        : `The execution could not be read: ${message} (${name}).`,
    );
  }
}
