import { randomUUID } from 'node:crypto';
import type { State } from '../definition.ts';
import { Execution } from '../execution.ts';
import type { Branch } from '../execution-state.ts';
import type { EventDetails, HistoryEvent, HistoryEventType } from '../history.ts';
import { isObject, type Json, type JsonObject } from '../json.ts';
import { Run, type Services } from '../run.ts';
import { STATE_NAME } from './state-under-test.ts';

/** A run of one state that leaves no history: its events are only looked at. */
export class TestRun extends Run {
  readonly #context: JsonObject;
  /** Details of the latest event of each type. */
  readonly seen = new Map<HistoryEventType, EventDetails>();

  constructor(
    services: Services,
    o: {
      readonly state: State;
      readonly input: Json;
      readonly variables: JsonObject;
      readonly context: JsonObject;
      readonly roleArn: string | undefined;
      readonly signal: AbortSignal;
    },
  ) {
    const block = { StartAt: STATE_NAME, States: { [STATE_NAME]: o.state } };
    const branch: Branch = {
      key: '',
      block,
      outer: undefined,
      index: 0,
      variables: { ...o.variables },
      last: ENTERED,
      lastAt: services.clock.now(),
      visit: {
        name: STATE_NAME,
        entered: ENTERED,
        enteredAt: services.clock.now(),
        before: 0,
        input: o.input,
        retries: [],
      },
    };
    super(services, executionOf(services, block, o.roleArn), branch, o.signal);
    this.#context = o.context;
  }

  override record(type: HistoryEventType, details: EventDetails = {}): HistoryEvent {
    this.signal.throwIfAborted();
    this.seen.set(type, details);
    return { id: ENTERED, previousEventId: 0, timestamp: this.services.clock.now(), type };
  }

  protected override context(token: string | undefined, item: Branch['item']): JsonObject {
    const { Task: task, Map: map } = this.#context;
    return {
      ...this.#context,
      ...(token !== undefined && { Task: isObject(task) ? task : { Token: token } }),
      ...(item && { Map: { ...(isObject(map) && map), Item: this.shownItem(item) } }),
    };
  }
}

/** The state is the first of a machine: its entry would be the second event. */
const ENTERED = 2;

/** An execution that is never started: it only lends its names. */
function executionOf(services: Services, block: Branch['block'], roleArn = ''): Execution {
  const name = randomUUID();
  const arn = (kind: string) => `arn:aws:states:${services.region}:${services.accountId}:${kind}`;
  return new Execution({
    executionArn: arn(`express:${name}:${name}`),
    name,
    stateMachine: {
      stateMachineArn: arn(`stateMachine:${name}`),
      name,
      roleArn,
      definition: '',
      creationDate: services.clock.now(),
      machine: block,
    },
    principalArn: undefined,
    file: { append: () => {}, close: () => {} },
    clock: services.clock,
    onEvent: () => {},
    onStatusChange: () => {},
  });
}
