import { Readable } from 'node:stream';
import type { Clock } from '../clock.ts';
import type { Change } from './object-store.ts';
import { apiVersionOf, type KubernetesObject, type Resource } from './objects.ts';
import { StatusError } from './status.ts';

/** The last writes of a cluster, for those who watch it. */
export interface Changes {
  add(change: Change): void;
  /** The writes after a version; undefined when they are no longer all known. */
  since(version: number): readonly Change[] | undefined;
  /** @returns what ends the subscription */
  subscribe(listener: (change: Change) => void): () => void;
}

/** So many writes are remembered: a client that lists and then watches misses a few at most. */
const REMEMBERED = 500;

/** Every write after the version `from` is added to it. */
export function createChanges(from: number): Changes {
  const known: Change[] = [];
  const listeners = new Set<(change: Change) => void>();
  let complete = from;
  return {
    add(change) {
      known.push(change);
      if (known.length > REMEMBERED) complete = known.shift()!.version;
      for (const listener of [...listeners]) listener(change);
    },
    since: (version) => (version < complete ? undefined : known.filter((change) => change.version > version)),
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

interface WatchOptions {
  readonly changes: Changes;
  readonly clock: Clock;
  readonly resource: Resource;
  readonly namespace: string | undefined;
  readonly matches: (object: KubernetesObject) => boolean;
  /** What there is now: told first, when the client names no version to go on from. */
  readonly present: readonly KubernetesObject[];
  readonly query: URLSearchParams;
  /** How an object is shown: as it is, or as a table. */
  readonly shown: (object: KubernetesObject) => object;
}

/** A watch: one JSON document a line for each write of a matching object, until the client leaves or its time is up. */
export function watch({ changes, clock, resource, namespace, matches, present, query, shown }: WatchOptions): Readable {
  const from = Number(query.get('resourceVersion') ?? 0);
  const missed = from === 0 ? [] : changes.since(from);
  // The client lists again.
  if (!missed) throw new StatusError(410, 'Expired', `too old resource version: ${from}`);

  const ended = new AbortController();
  const stream = new Readable({
    read() {},
    destroy(error, done) {
      ended.abort();
      leave();
      done(error);
    },
  });
  const tell = (type: Change['type'], object: KubernetesObject) =>
    stream.push(`${JSON.stringify({ type, object: shown(object) })}\n`);
  const hear = ({ type, before, after }: Change) => {
    const object = JSON.parse(after) as KubernetesObject;
    if (object.kind !== resource.kind || object.apiVersion !== apiVersionOf(resource)) return;
    if (namespace !== undefined && object.metadata.namespace !== namespace) return;
    // An object enters the watch when it begins to match the selectors, and leaves it when it no longer does.
    const was = before !== undefined && matches(JSON.parse(before) as KubernetesObject);
    const is = type !== 'DELETED' && matches(object);
    if (was || is) tell(!was ? 'ADDED' : is ? 'MODIFIED' : 'DELETED', object);
  };
  if (from === 0) for (const object of present) tell('ADDED', object);
  for (const change of missed) hear(change);
  const leave = changes.subscribe(hear);
  const seconds = Number(query.get('timeoutSeconds') ?? 0);
  if (seconds > 0) {
    clock.sleep(seconds * 1000, ended.signal).then(
      () => stream.push(null),
      () => undefined,
    );
  }
  return stream;
}
