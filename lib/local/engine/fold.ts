import type { StatesBlock } from './definition.ts';
import {
  type Branch,
  type ExecutionState,
  type ExecutionStatus,
  emptyState,
  iterationKey,
  type Visit,
} from './execution-state.ts';
import { detailsOf, type HistoryEvent, type HistoryRecord, type Memo } from './history.ts';
import type { Json } from './json.ts';
import { applyRedrive } from './redrive.ts';

/** Every record of an execution, in order, gives its state. */
export function fold(machine: StatesBlock, records: Iterable<HistoryRecord>): ExecutionState {
  const state = emptyState();
  for (const record of records) apply(machine, state, record);
  return state;
}

/** Moves the state by one record. Throws an Error for one that does not belong there. */
export function apply(machine: StatesBlock, state: ExecutionState, record: HistoryRecord): void {
  move(machine, state, record);
  state.events = record.event.id;
}

function move(machine: StatesBlock, state: ExecutionState, { branch: key, event, memo = {} }: HistoryRecord): void {
  if (event.type === 'ExecutionStarted') {
    start(machine, state, event);
    return;
  }
  if (event.type === 'ExecutionRedriven') {
    applyRedrive(state, event);
    return;
  }
  const branch = state.branches.get(key);
  if (branch === undefined) throw new Error(`event ${event.id} belongs to the branch "${key}", which was never opened`);
  if (event.type.startsWith('Execution')) end(state, event);
  else applyToBranch(state, branch, event, memo);
}

function start(machine: StatesBlock, state: ExecutionState, event: HistoryEvent): void {
  state.startDate = event.timestamp;
  state.input = text(event, 'input');
  state.branches.set('', {
    key: '',
    block: machine,
    outer: undefined,
    index: 0,
    variables: {},
    // Recorded: the first state's entry names 0, not the start.
    last: 0,
    lastAt: event.timestamp,
    next: { name: machine.StartAt, input: JSON.parse(state.input) as Json },
  });
}

/** The status that a last event gives; undefined for every other type. */
export const endStatus: Readonly<Record<string, ExecutionStatus>> = {
  ExecutionSucceeded: 'SUCCEEDED',
  ExecutionFailed: 'FAILED',
  ExecutionTimedOut: 'TIMED_OUT',
  ExecutionAborted: 'ABORTED',
};

/** What the last event tells of an execution; of one that timed out, the error stands in the event alone [measured]. */
export function resultOf(event: HistoryEvent): Pick<ExecutionState, 'output' | 'error' | 'cause'> {
  if (event.type === 'ExecutionTimedOut') return {};
  const { output, error, cause } = detailsOf(event);
  return {
    ...(typeof output === 'string' && { output }),
    ...(typeof error === 'string' && { error }),
    ...(typeof cause === 'string' && { cause }),
  };
}

function end(state: ExecutionState, event: HistoryEvent): void {
  state.status = endStatus[event.type] ?? state.status;
  state.stopDate = event.timestamp;
  Object.assign(state, resultOf(event));
}

function applyToBranch(state: ExecutionState, branch: Branch, event: HistoryEvent, memo: Memo): void {
  const { visit } = branch;
  branch.lastAt = event.timestamp;
  if (visit && memo.retries) visit.retries = memo.retries;
  rememberPart(state, memo);
  // Recorded: some stand aside, and what follows names the event before them.
  switch (event.type) {
    case 'MapIterationStarted':
      openIteration(state, branch, event, memo);
      return;
    case 'MapIterationSucceeded':
      branch.closed = event.type;
      if (branch.outer) branch.outer.last = event.id;
      return;
    case 'MapIterationFailed':
    case 'MapIterationAborted':
      branch.closed = event.type;
      return;
    case 'MapRunSucceeded':
      if (visit?.fork) visit.fork.ran = event.id;
      return;
    case 'MapRunAborted':
      if (visit?.fork) visit.fork.mapRunStopped = true;
      return;
    case 'MapStateSucceeded':
    case 'ParallelStateSucceeded':
      if (visit?.fork) visit.fork.succeeded = true;
      return;
    case 'TaskStateAborted':
    case 'WaitStateAborted':
    case 'MapStateAborted':
    case 'ParallelStateAborted':
      if (visit) visit.aborted = true;
      return;
  }
  if (event.type.endsWith('StateEntered')) enter(branch, event);
  else if (event.type.endsWith('StateExited')) exit(state, branch, event, memo);
  else if (visit) applyToVisit(state, branch, visit, event, memo);
  branch.last = event.id;
}

/** Which part of a Map or Parallel failed, as long as the others are being stopped. */
function rememberPart(state: ExecutionState, { part, failure }: Memo): void {
  const fork = part === undefined ? undefined : state.branches.get(part)?.outer?.visit?.fork;
  if (fork && part !== undefined) fork.failure = { ...failure, part };
}

function enter(branch: Branch, event: HistoryEvent): void {
  branch.visit = {
    name: text(event, 'name'),
    entered: event.id,
    enteredAt: event.timestamp,
    before: branch.last,
    input: JSON.parse(text(event, 'input')) as Json,
    retries: [],
  };
  delete branch.next;
}

function exit(state: ExecutionState, branch: Branch, event: HistoryEvent, memo: Memo): void {
  const { assignedVariables } = detailsOf(event);
  for (const [name, value] of Object.entries(assignedVariables ?? {}))
    branch.variables[name] = JSON.parse(value) as Json;
  const output = JSON.parse(text(event, 'output')) as Json;
  dropFork(state, branch);
  delete branch.visit;
  if (memo.next !== undefined) {
    branch.next = { name: memo.next, input: output };
    return;
  }
  branch.output = output;
  // An iteration has an event of its own for its end; a Parallel's branch ends by leaving its last state.
  if (branch.outer && branch.item === branch.outer.item) branch.outer.last = event.id;
}

/** Forgets the parts of a Map or Parallel that is over, or begins anew. */
function dropFork(state: ExecutionState, { key, visit }: Branch): void {
  if (!visit?.fork) return;
  const prefix = `${key}/${visit.fork.started}.`;
  for (const part of state.branches.keys()) if (part.startsWith(prefix)) state.branches.delete(part);
  delete visit.fork;
}

function applyToVisit(state: ExecutionState, branch: Branch, visit: Visit, event: HistoryEvent, memo: Memo): void {
  switch (event.type) {
    case 'TaskScheduled':
    case 'LambdaFunctionScheduled':
      delete visit.failure;
      delete visit.result;
      visit.task = { id: event.id, scheduled: detailsOf(event) };
      if (memo.token !== undefined) visit.token = memo.token;
      return;
    case 'TaskStarted':
    case 'LambdaFunctionStarted':
      if (visit.task) visit.task.startedAt = event.timestamp;
      return;
    case 'TaskSubmitted':
      if (visit.task) visit.task.submitted = true;
      return;
    case 'TaskSucceeded':
    case 'LambdaFunctionSucceeded':
      visit.result = JSON.parse(text(event, 'output')) as Json;
      delete visit.token;
      delete visit.task;
      return;
    case 'TaskFailed':
    case 'TaskSubmitFailed':
    case 'TaskTimedOut':
    case 'LambdaFunctionFailed':
    case 'LambdaFunctionTimedOut':
    case 'MapRunFailed':
    case 'EvaluationFailed': {
      const { error, cause } = detailsOf(event);
      visit.failure = {
        ...(typeof error === 'string' && { error }),
        ...(typeof cause === 'string' && { cause }),
        ...(memo.heartbeat && { heartbeat: true }),
        ...(memo.inCatch && { passed: 'Catch' }),
      };
      delete visit.token;
      delete visit.task;
      return;
    }
    case 'MapStateFailed':
    case 'ParallelStateFailed':
      visit.failure = { ...memo.failure, passed: memo.inCatch ? 'All' : 'Retry', before: event.previousEventId };
      return;
    case 'MapRunStarted':
      if (visit.fork) visit.fork.mapRunArn = text(event, 'mapRunArn');
      return;
    case 'MapRunRedriven':
      if (!visit.fork) return;
      delete visit.fork.mapRunStopped;
      visit.fork.mapRunRedrives = Number(detailsOf(event).redriveCount);
      return;
    case 'MapStateStarted':
      dropFork(state, branch);
      delete visit.failure;
      visit.fork = { started: event.id, items: memo.items ?? [], children: [] };
      return;
    case 'ParallelStateStarted':
      dropFork(state, branch);
      delete visit.failure;
      openBranches(state, branch, visit, event, memo);
      return;
  }
}

function openBranches(state: ExecutionState, outer: Branch, visit: Visit, event: HistoryEvent, memo: Memo): void {
  const parallel = outer.block.States[visit.name];
  if (parallel?.Type !== 'Parallel') throw new Error(`"${visit.name}" is not a Parallel, as event ${event.id} says`);
  const children = parallel.Branches.map((block, index) => ({
    key: `${outer.key}/${event.id}.${index}`,
    block,
    outer,
    index,
    variables: {},
    last: event.id,
    lastAt: event.timestamp,
    next: { name: block.StartAt, input: memo.input ?? null },
    ...(outer.item && { item: outer.item }),
  }));
  for (const child of children) state.branches.set(child.key, child);
  visit.fork = { started: event.id, items: [], children };
}

function openIteration(state: ExecutionState, outer: Branch, event: HistoryEvent, memo: Memo): void {
  const { visit } = outer;
  const map = outer.block.States[visit?.name ?? ''];
  const { index } = detailsOf(event);
  if (map?.Type !== 'Map' || !visit?.fork || typeof index !== 'number') {
    throw new Error(`event ${event.id} opens an iteration outside a Map`);
  }
  const child: Branch = {
    key: iterationKey(outer, visit.fork.started, index),
    block: map.ItemProcessor,
    outer,
    index,
    item: { Index: index, Value: memo.item ?? null },
    variables: {},
    last: event.id,
    lastAt: event.timestamp,
    next: { name: map.ItemProcessor.StartAt, input: memo.input ?? null },
  };
  visit.fork.children.push(child);
  state.branches.set(child.key, child);
}

function text(event: HistoryEvent, name: string): string {
  const value = detailsOf(event)[name];
  if (typeof value !== 'string') throw new Error(`event ${event.id} (${event.type}) has no ${name}`);
  return value;
}
