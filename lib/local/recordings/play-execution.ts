import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEngine, type Engine, type ExecutionDescription, type Json, type JsonObject } from '../engine/engine.ts';
import { anyone, type RecordedCase } from './case.ts';
import { differences } from './compare.ts';
import { eventDifferences } from './compare-events.ts';
import { LeapingClock } from './leaping-clock.ts';
import { asRecorded } from './own-history.ts';
import { recordedAnswers } from './tasks.ts';

/** An engine in a folder of its own that answers as recorded; the folder is removed at the end. */
export async function withEngine<T>(recorded: RecordedCase, use: (engine: Engine) => Promise<T>): Promise<T> {
  const directory = mkdtempSync(join(tmpdir(), 'recordings-'));
  const { region, accountId, startedAt } = recorded.ranAs ?? anyone;
  const engine: Engine = createEngine({
    directory,
    clock: new LeapingClock(startedAt),
    integrations: {},
    anyResource: recordedAnswers(recorded, () => engine),
    region,
    accountId,
    timeoutsRequired: false,
    ...(recorded.validatedOnAws && { asOf: Date.parse(recorded.validatedOnAws) }),
  });
  try {
    return await use(engine);
  } finally {
    engine.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Runs a recorded machine. Returns where its history and end are not as recorded; throws what refuses the machine. */
export function playExecution(recorded: RecordedCase): Promise<string[]> {
  return withEngine(recorded, async (engine) => {
    const definition = recorded.definitionText ?? JSON.stringify(recorded.definition);
    const { machineName, executionName, roleArn } = recorded.ranAs ?? anyone;
    const { stateMachineArn } = engine.createStateMachine({ name: machineName, definition, roleArn });
    const { executionArn } = engine.startExecution({
      stateMachineArn,
      name: executionName,
      input: JSON.stringify(recorded.input === undefined ? {} : recorded.input),
    });
    const end = await ended(engine, executionArn);
    if (!end) return ['the execution does not end: a task has no recorded answer and no timeout'];
    const events = engine.getExecutionHistory(executionArn).map((event) => asRecorded(event as unknown as JsonObject));
    const { expected } = recorded;
    return [
      ...(expected.events ? eventDifferences(expected.events, events, expected.eventOrder) : []),
      ...endDifferences(expected, end),
    ];
  });
}

/** More than any history needs on a clock that leaps, in milliseconds of real time. */
const PATIENCE_MS = 20_000;

async function ended(engine: Engine, executionArn: string): Promise<ExecutionDescription | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), PATIENCE_MS);
  });
  const end = await Promise.race([engine.whenEnded(executionArn), patience]);
  clearTimeout(timer);
  return end;
}

function endDifferences(expected: RecordedCase['expected'], end: ExecutionDescription): string[] {
  const { status, output, error, cause } = end;
  const told = { status, output: output === undefined ? undefined : (JSON.parse(output) as Json), error, cause };
  return (['status', 'output', 'error', 'cause'] as const).flatMap((member) =>
    expected[member] === undefined && member === 'status' ? [] : differences(expected[member], told[member], member),
  );
}
