import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { EventTarget, Rule, Schedule as ScheduleResource } from '../assembly/triggers.ts';
import type { Clock } from '../clock.ts';
import { openStateFile } from '../state-file.ts';
import { AwsError } from '../wire/endpoint.ts';
import { compileInput, type Transform } from './input.ts';
import { compilePattern, type Match } from './pattern.ts';
import { parseSchedule, type Schedule } from './schedule.ts';

/** An event as its producer gives it; the bus adds the envelope (id, account, region, time). */
export interface BusEvent {
  readonly source: string;
  readonly 'detail-type': string;
  readonly detail: Readonly<Record<string, unknown>>;
  readonly resources?: readonly string[];
  /** ISO 8601; now, unless given. */
  readonly time?: string;
}

/**
 * Hands an input to a target, and resolves when the target has taken it. What it throws is retried, except an
 * `AwsError` below 500 other than throttling: a target that is missing or refuses us will do so again.
 */
export type Deliver = (target: EventTarget, input: unknown, origin: { readonly arn: string }) => Promise<unknown>;

export interface BusOptions {
  /** Holds `deliveries.json`: what is not delivered yet, so that a restart delivers it. */
  readonly directory: string;
  readonly clock: Clock;
  readonly accountId: string;
  readonly region: string;
  readonly rules: readonly Rule[];
  /** Of EventBridge Scheduler. */
  readonly schedules?: readonly ScheduleResource[];
  readonly deliver: Deliver;
  /** What is given up, after a day of attempts or at once. Written to standard error unless given. */
  readonly onUndelivered?: (delivery: Delivery, error: unknown) => void;
}

export interface Bus {
  /** Puts an event on the default bus. Its deliveries are on disk when this returns. @returns the event's id */
  put(event: BusEvent): string;
  /** Begins to deliver, with what an earlier start left, and to fire schedules. */
  start(): void;
  /** Resolves when nothing is left to deliver. */
  idle(): Promise<void>;
  /** Stops schedules and retries; deliveries under way are waited for. */
  close(): Promise<void>;
}

export interface Delivery {
  readonly id: string;
  /** The ARN of the rule or schedule. */
  readonly origin: string;
  readonly targetId: string;
  readonly input: unknown;
  /** Milliseconds since the epoch. */
  readonly created: number;
}

/** EventBridge tries for 24 hours. */
const LONGEST_ATTEMPT = 24 * 3600 * 1000;
const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 60_000;

interface Subscription {
  readonly arn: string;
  readonly match: Match | undefined;
  readonly schedule: Schedule | undefined;
  readonly targets: readonly { readonly target: EventTarget; readonly transform: Transform }[];
}

/** EventBridge's default bus: rules over events, schedules over time, deliveries at least once. */
export function createBus(options: BusOptions): Bus {
  const { clock, accountId, region, deliver } = options;
  const file = openStateFile<{ pending: Delivery[] }>(join(options.directory, 'deliveries.json'), { pending: [] });
  const subscriptions = [
    ...options.rules.filter(({ enabled }) => enabled).map(ofRule),
    ...(options.schedules ?? []).filter(({ enabled }) => enabled).map(ofSchedule),
  ];
  const onUndelivered =
    options.onUndelivered ??
    ((delivery, error) =>
      console.error(`An event of ${delivery.origin} was not delivered to ${delivery.targetId}:`, error));
  const stop = new AbortController();
  const running = new Set<Promise<void>>();
  let started = false;

  const track = (work: Promise<void>): void => {
    const tracked = work.finally(() => running.delete(tracked));
    running.add(tracked);
  };
  const forget = (delivery: Delivery): void => {
    file.value.pending = file.value.pending.filter(({ id }) => id !== delivery.id);
    file.save();
  };

  const attempt = async (delivery: Delivery): Promise<void> => {
    const subscription = subscriptions.find(({ arn }) => arn === delivery.origin);
    const found = subscription?.targets.find(({ target }) => target.id === delivery.targetId);
    // The rule is gone since the last start, and its target with it.
    if (!found) return forget(delivery);
    for (let pause = FIRST_PAUSE; ; pause = Math.min(pause * 2, LONGEST_PAUSE)) {
      try {
        await deliver(found.target, delivery.input, { arn: delivery.origin });
        return forget(delivery);
      } catch (error) {
        const hopeless = error instanceof AwsError && error.status < 500 && error.status !== 429;
        if (hopeless || clock.now() - delivery.created > LONGEST_ATTEMPT) {
          onUndelivered(delivery, error);
          return forget(delivery);
        }
      }
      await clock.sleep(pause, stop.signal).catch(() => {});
      if (stop.signal.aborted) return;
    }
  };

  const send = (event: Readonly<Record<string, unknown>>, to: readonly Subscription[]): void => {
    const deliveries = to.flatMap(({ arn, targets }) =>
      targets.map(
        ({ target, transform }): Delivery => ({
          id: randomUUID(),
          origin: arn,
          targetId: target.id,
          input: transform(event),
          created: clock.now(),
        }),
      ),
    );
    if (deliveries.length === 0) return;
    file.value.pending.push(...deliveries);
    file.save();
    if (started && !stop.signal.aborted) for (const delivery of deliveries) track(attempt(delivery));
  };

  const envelope = (event: BusEvent): Readonly<Record<string, unknown>> & { readonly id: string } => ({
    version: '0',
    id: randomUUID(),
    'detail-type': event['detail-type'],
    source: event.source,
    account: accountId,
    time: event.time ?? new Date(clock.now()).toISOString().replace(/\.\d+Z$/, 'Z'),
    region,
    resources: event.resources ?? [],
    detail: event.detail,
  });

  const fire = async (subscription: Subscription, schedule: Schedule): Promise<void> => {
    let due = schedule.next(clock.now());
    while (due !== undefined) {
      await clock.sleep(Math.max(0, due - clock.now()), stop.signal).catch(() => {});
      if (stop.signal.aborted) return;
      send(
        envelope({ source: 'aws.events', 'detail-type': 'Scheduled Event', resources: [subscription.arn], detail: {} }),
        [subscription],
      );
      // From the moment it was due, so that it does not drift; but what a sleeping machine missed is not made up for.
      const following = schedule.next(due);
      due = following !== undefined && following < clock.now() ? schedule.next(clock.now()) : following;
    }
  };

  return {
    put(event) {
      const whole = envelope(event);
      send(
        whole,
        subscriptions.filter(({ match }) => match?.(whole)),
      );
      return whole.id;
    },
    start() {
      if (started) return;
      started = true;
      for (const delivery of file.value.pending) track(attempt(delivery));
      // Not tracked: a schedule is never done.
      for (const subscription of subscriptions)
        if (subscription.schedule) void fire(subscription, subscription.schedule);
    },
    async idle() {
      while (running.size > 0) await Promise.all(running);
    },
    async close() {
      stop.abort();
      await Promise.all(running);
    },
  };
}

const withInput = (target: EventTarget, owner: Pick<Rule, 'name' | 'arn'>) => ({
  target,
  transform: compileInput(target, owner),
});

const ofRule = (rule: Rule): Subscription => ({
  arn: rule.arn,
  match: rule.pattern && compilePattern(rule.pattern, rule.name),
  schedule: rule.schedule === undefined ? undefined : parseSchedule(rule.schedule),
  targets: rule.targets.map((target) => withInput(target, rule)),
});

const ofSchedule = (schedule: ScheduleResource): Subscription => ({
  arn: schedule.arn,
  match: undefined,
  schedule: parseSchedule(schedule.expression, schedule.timezone),
  targets: [withInput(schedule.target, schedule)],
});
