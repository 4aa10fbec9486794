import type { ExecutionDescription, HistoryEvent, JsonObject, MachineRecord, StateMachine } from '../engine/engine.ts';
import { epochSeconds } from '../wire/json.ts';

const included = { included: true };

/** With METADATA_ONLY nothing is shown that a customer's key would encrypt. */
type IncludedData = 'ALL_DATA' | 'METADATA_ONLY';

/** DescribeExecution's answer. Who started the execution is not in it: AWS tells that in CloudTrail. */
export function showDescription(
  execution: ExecutionDescription,
  whyNotRedrivable: string | undefined,
  includedData: IncludedData,
): object {
  const { input, output, error, cause } = execution;
  const data = {
    input,
    inputDetails: included,
    ...(output !== undefined && { output, outputDetails: included }),
  };
  return {
    ...showListed(execution),
    ...(includedData === 'ALL_DATA' && data),
    ...(error !== undefined && { error }),
    ...(cause !== undefined && { cause }),
    redriveStatus: whyNotRedrivable === undefined ? 'REDRIVABLE' : 'NOT_REDRIVABLE',
    ...(whyNotRedrivable !== undefined && { redriveStatusReason: whyNotRedrivable }),
  };
}

/** An item of ListExecutions. */
export function showListed({ executionArn, stateMachineArn, name, status, ...times }: ExecutionDescription): object {
  return {
    executionArn,
    stateMachineArn,
    name,
    status,
    startDate: epochSeconds(times.startDate),
    ...(times.stopDate !== undefined && { stopDate: epochSeconds(times.stopDate) }),
    redriveCount: times.redriveCount,
    ...(times.redriveDate !== undefined && { redriveDate: epochSeconds(times.redriveDate) }),
  };
}

/** What includeExecutionData leaves out when it is false. */
const executionData = new Set([
  'input',
  'inputDetails',
  'output',
  'outputDetails',
  'parameters',
  'assignedVariables',
  'assignedVariablesDetails',
]);

export function showEvent(event: HistoryEvent, includeExecutionData: boolean): object {
  const shown = { ...event, timestamp: epochSeconds(event.timestamp) };
  if (includeExecutionData) return shown;
  return Object.fromEntries(
    Object.entries(shown).map(([name, value]) => [name, name.endsWith('EventDetails') ? withoutData(value) : value]),
  );
}

const withoutData = (details: unknown): JsonObject =>
  Object.fromEntries(Object.entries(details as JsonObject).filter(([name]) => !executionData.has(name)));

export function showStateMachine(machine: StateMachine, includedData: IncludedData): object {
  return {
    ...shown(machine, includedData),
    status: 'ACTIVE',
    type: 'STANDARD',
    creationDate: epochSeconds(machine.creationDate),
  };
}

/** A machine as it was when an execution of it began. */
export function showMachineOfExecution(machine: MachineRecord, includedData: IncludedData): object {
  return { ...shown(machine, includedData), updateDate: epochSeconds(machine.creationDate) };
}

const shown = ({ stateMachineArn, name, definition, roleArn }: MachineRecord, includedData: IncludedData) => ({
  stateMachineArn,
  name,
  definition: includedData === 'ALL_DATA' ? definition : '{}',
  roleArn,
  loggingConfiguration: { level: 'OFF', includeExecutionData: false },
  tracingConfiguration: { enabled: false },
});
