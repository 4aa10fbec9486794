import type { JsonObject } from '../engine/engine.ts';
import { differences } from './compare.ts';

/** The places where a history is not as recorded, by the rule that the recording names. */
export function eventDifferences(
  expected: readonly JsonObject[],
  actual: readonly JsonObject[],
  order: string | undefined,
): string[] {
  if (order === 'parallel-normalised') return normalisedDifferences(expected, actual);
  const exact = differences([...expected], [...actual], 'events');
  // With concurrent parts the recorded interleaving is one of several that are right.
  if (exact.length === 0 || !isConcurrent(expected) || expected.length !== actual.length) return exact;
  return sameTree(treeOf(expected), treeOf(actual)) ? [] : exact;
}

const isConcurrent = (events: readonly JsonObject[]): boolean =>
  events.some(({ type }) => type === 'ParallelStateStarted' || type === 'MapStateStarted');

/** The events inside a Parallel were sorted and lost their ids when they were recorded; its success was not kept. */
function normalisedDifferences(expected: readonly JsonObject[], actual: readonly JsonObject[]): string[] {
  const withId = expected.filter(({ id }) => id !== null);
  const byId = new Map(actual.map((event) => [event.id, event]));
  const ids = new Set(withId.map(({ id }) => id));
  const ordered = withId.flatMap((event) => differences(event, byId.get(event.id ?? 0), `events/${event.id}`));
  const left = actual.filter(({ id, type }) => !ids.has(id ?? 0) && type !== 'ParallelStateSucceeded').map(bare);
  const missing: string[] = [];
  for (const event of expected.filter(({ id }) => id === null).map(bare)) {
    const at = left.findIndex((other) => differences(event, other).length === 0);
    if (at < 0) missing.push(`events: recorded ${JSON.stringify(event)}, which did not happen`);
    else left.splice(at, 1);
  }
  return [...ordered, ...missing, ...left.map((event) => `events: ${JSON.stringify(event)} was not recorded`)];
}

const bare = ({ id: _, previousEventId: __, ...event }: JsonObject): JsonObject => event;

interface Node {
  readonly event: JsonObject;
  readonly children: Node[];
}

/** The events as a tree by `previousEventId`. What follows a Map or Parallel hangs on its start: the part that ended last differs. */
function treeOf(events: readonly JsonObject[]): Node {
  const root: Node = { event: {}, children: [] };
  const nodes = new Map<unknown, Node>();
  const byId = new Map(events.map((event) => [event.id, event]));
  for (const event of events) {
    const node = { event: bare(event), children: [] };
    nodes.set(event.id, node);
    const parent = /^(Map|Parallel)State(Succeeded|Exited|Failed)$/.test(String(event.type))
      ? startOf(event, byId)
      : event.previousEventId;
    (nodes.get(parent) ?? root).children.push(node);
  }
  return root;
}

/** The id of the …StateStarted that an event ends, past the Maps and Parallels inside it. */
function startOf(event: JsonObject, byId: ReadonlyMap<unknown, JsonObject>): unknown {
  const fork = String(event.type).replace(/State(Succeeded|Exited|Failed)$/, '');
  let inside = 0;
  for (let at = byId.get(event.previousEventId); at; at = byId.get(at.previousEventId)) {
    if (at.type === `${fork}StateExited`) inside++;
    else if (at.type === `${fork}StateStarted` && inside-- === 0) return at.id;
  }
  return event.previousEventId;
}

function sameTree(expected: Node, actual: Node): boolean {
  if (expected.children.length !== actual.children.length) return false;
  const left = [...actual.children];
  return expected.children.every((child) => {
    const at = left.findIndex((other) => differences(child.event, other.event).length === 0 && sameTree(child, other));
    if (at >= 0) left.splice(at, 1);
    return at >= 0;
  });
}
