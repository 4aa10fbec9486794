import type { Json, JsonObject } from '../engine/engine.ts';
import { isObject } from '../engine/json.ts';
import type { Answer, RanAs, RecordedCase } from './case.ts';

/** What the AWS CLI prints of an execution, and `passage record` writes. */
interface OwnHistory {
  /** `describe-state-machine-for-execution` */
  readonly machine: string;
  /** `get-execution-history` */
  readonly history: string;
  /** `describe-execution`; without it names, account and times are those of a case in general. */
  readonly execution: string | undefined;
}

/** A case made of an execution of one's own. What the tasks answered is read from the history itself. */
export function caseFromHistory(name: string, own: OwnHistory): RecordedCase {
  const { definition } = JSON.parse(own.machine) as { definition?: string };
  const { events } = JSON.parse(own.history) as { events?: JsonObject[] };
  if (typeof definition !== 'string' || !events?.[0]) {
    throw new Error(`${name}: needs the definition of a machine and the events of a history.`);
  }
  const shown = events.map(asRecorded).map(withoutToken);
  const last = detailsOf(shown.at(-1) ?? {});
  return {
    name,
    kind: 'execution',
    definition: JSON.parse(definition) as Json,
    input: detailsOf(shown[0] ?? {}).input ?? {},
    tasks: answersIn(shown),
    ...(own.execution !== undefined && { ranAs: ranAs(own.execution, shown) }),
    expected: {
      eventOrder: 'exact',
      events: shown,
      ...(last.output !== undefined && { output: last.output }),
      ...(last.error !== undefined && { error: last.error }),
      ...(last.cause !== undefined && { cause: last.cause }),
    },
  };
}

function ranAs(executionText: string, events: readonly JsonObject[]): RanAs {
  const { executionArn = '', startDate = 0 } = JSON.parse(executionText) as {
    executionArn?: string;
    startDate?: string | number;
  };
  const [, , , region = '', accountId = '', , machineName = '', executionName = ''] = executionArn.split(':');
  return {
    region,
    accountId,
    machineName,
    executionName,
    roleArn: String(detailsOf(events[0] ?? {}).roleArn),
    // Older versions of the AWS CLI write seconds.
    startedAt: typeof startDate === 'number' ? startDate * 1000 : Date.parse(startDate),
  };
}

/** Tokens are new in every run: long base64 texts among what a task that waits for one was given. */
function withoutToken(event: JsonObject): JsonObject {
  const { taskScheduledEventDetails: details } = event;
  if (!isObject(details) || !String(details.resource).endsWith('.waitForTaskToken')) return event;
  const text = JSON.stringify(details.parameters).replace(/[A-Za-z0-9+/_-]{120,}={0,2}/g, '<token>');
  return { ...event, taskScheduledEventDetails: { ...details, parameters: JSON.parse(text) as Json } };
}

/** Members whose values are JSON texts. */
const jsonTexts = ['input', 'output', 'parameters'];

/** An event as recordings show it: without its time, JSON texts parsed. */
export function asRecorded({ timestamp: _, redriveCount: __, ...event }: JsonObject): JsonObject {
  const shown: JsonObject = {};
  for (const [name, details] of Object.entries(event)) {
    shown[name] = isObject(details) ? parseTexts(details) : details;
  }
  return shown;
}

function parseTexts(details: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(details).map(([name, value]) => {
      if (name === 'assignedVariables' && isObject(value)) {
        return [name, Object.fromEntries(Object.entries(value).map(([key, text]) => [key, parsed(text)]))];
      }
      return [name, jsonTexts.includes(name) ? parsed(value) : value];
    }),
  );
}

const parsed = (text: Json): Json => (typeof text === 'string' ? (JSON.parse(text) as Json) : text);

/** The details member of an event, whatever its name. */
const detailsOf = (event: JsonObject): JsonObject =>
  (Object.entries(event).find(([name]) => name.endsWith('EventDetails'))?.[1] as JsonObject | undefined) ?? {};

/** What each task answered, by its state, in the order of being scheduled. */
function answersIn(events: readonly JsonObject[]): Record<string, Answer[]> {
  const byId = new Map(events.map((event) => [event.id, event]));
  const stateOf = (event: JsonObject | undefined): string => {
    if (event === undefined) return '*';
    if (event.type === 'TaskStateEntered') return String(detailsOf(event).name);
    return stateOf(byId.get(event.previousEventId ?? 0));
  };
  const answers: Record<string, Answer[]> = {};
  for (const scheduled of events) {
    if (scheduled.type !== 'TaskScheduled' && scheduled.type !== 'LambdaFunctionScheduled') continue;
    const { parameters, input } = detailsOf(scheduled);
    let answer: Answer = {
      when: { ...(parameters !== undefined && { parameters }), ...(input !== undefined && { input }) },
    };
    let last = scheduled;
    for (const event of events) {
      if (event.previousEventId !== last.id || !/^(Task|LambdaFunction)(?!State)/.test(String(event.type))) continue;
      if (/Scheduled$/.test(String(event.type))) continue;
      answer = { ...answer, ...toldBy(event) };
      last = event;
    }
    const state = stateOf(scheduled);
    answers[state] = [...(answers[state] ?? []), answer];
  }
  return answers;
}

function toldBy(event: JsonObject): Answer {
  const { output, error, cause } = detailsOf(event);
  const failure = { ...(typeof error === 'string' && { error }), ...(cause !== undefined && { cause }) };
  switch (String(event.type).replace(/^(Task|LambdaFunction)/, '')) {
    case 'Submitted':
      return { submitted: output ?? null };
    case 'Succeeded':
      return { returns: output ?? null };
    case 'Failed':
      return { fails: failure };
    case 'SubmitFailed':
      return { fails: failure, event: String(event.type) };
    case 'TimedOut':
      return { timesOut: failure };
    default:
      return {};
  }
}
