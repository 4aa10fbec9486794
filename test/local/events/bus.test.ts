import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EventTarget, Rule, Schedule } from '../../../lib/local/assembly/triggers.ts';
import { type BusOptions, createBus, type Delivery } from '../../../lib/local/events/bus.ts';
import { AwsError } from '../../../lib/local/wire/endpoint.ts';
import { accountId, region } from '../account.ts';
import { FakeClock } from '../engine/fake-clock.ts';

const target = (id: string, more: Partial<EventTarget> = {}): EventTarget => ({
  ...{ id, arn: `arn:${id}`, roleArn: undefined, input: undefined, inputPath: undefined, inputTransformer: undefined },
  ...more,
});
const rule = (name: string, more: Partial<Rule>): Rule => ({
  ...{
    name,
    arn: `arn:rule/${name}`,
    enabled: true,
    pattern: undefined,
    schedule: undefined,
    targets: [target('one')],
  },
  ...more,
});
const ended = rule('RunEnded', { pattern: { source: ['aws.states'], detail: { status: ['FAILED'] } } });
const event = { source: 'aws.states', 'detail-type': 'Execution Status Change', detail: { status: 'FAILED' } };

let directory: string;
let clock: FakeClock;
let delivered: unknown[];
let undelivered: Delivery[];
/** What the target does with the next attempts, before it takes everything. */
let failures: Error[];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'bus-'));
  clock = new FakeClock();
  [delivered, undelivered, failures] = [[], [], []];
});
afterEach(() => rmSync(directory, { recursive: true }));

const bus = (more: Partial<BusOptions>) =>
  createBus({
    ...{ directory, clock, accountId, region, rules: [] },
    async deliver(to, input, origin) {
      const failure = failures.shift();
      if (failure) throw failure;
      delivered.push([to.id, origin.arn, input]);
    },
    onUndelivered: (delivery) => undelivered.push(delivery),
    ...more,
  });

test('an event reaches every target of every rule that it fits, in its envelope', async () => {
  const both = rule('Both', {
    pattern: { source: ['aws.states'] },
    targets: [target('a'), target('b', { inputPath: '$.detail' })],
  });
  const other = rule('Other', { pattern: { source: ['aws.ecs'] } });
  const off = rule('Off', { pattern: { source: ['aws.states'] }, enabled: false });
  const events = bus({ rules: [ended, both, other, off] });
  events.start();
  const id = events.put(event);
  await events.idle();
  const whole = { ...event, id, version: '0', account: accountId, region, resources: [], time: '2026-03-01T10:00:00Z' };
  expect(delivered).toEqual([
    ['one', 'arn:rule/RunEnded', whole],
    ['a', 'arn:rule/Both', whole],
    ['b', 'arn:rule/Both', event.detail],
  ]);
  await events.close();
});

test('a delivery that fails is tried again, later and later', async () => {
  const events = bus({ rules: [ended] });
  events.start();
  failures = [new Error('down'), new Error('down'), new AwsError('TooManyRequestsException', 429, 'slow down')];
  events.put(event);
  await clock.advance(2.9);
  expect(delivered).toHaveLength(0);
  // After 1 + 2 + 4 seconds.
  await clock.advance(4.2);
  expect(delivered).toHaveLength(1);
  await events.close();
});

test('a target that refuses is not asked again, and one that is down for a day is given up', async () => {
  const events = bus({ rules: [ended] });
  events.start();
  failures = [new AwsError('AccessDeniedException', 403, 'no')];
  events.put(event);
  await events.idle();
  expect([delivered.length, undelivered.length]).toEqual([0, 1]);
  failures = Array(2000).fill(new Error('down'));
  events.put(event);
  await clock.advance(24 * 3600 + 120);
  expect([delivered.length, undelivered.length]).toEqual([0, 2]);
  await events.close();
});

test('what is not delivered when the world ends is delivered by the next one', async () => {
  const before = bus({ rules: [ended] });
  before.put(event);
  failures = [new Error('down')];
  before.start();
  await clock.advance(0);
  await before.close();
  expect(delivered).toHaveLength(0);
  const after = bus({ rules: [ended] });
  after.start();
  await after.idle();
  expect(delivered).toHaveLength(1);
  await after.close();
  const third = bus({ rules: [ended] });
  third.start();
  await third.idle();
  expect(delivered).toHaveLength(1);
  await third.close();
});

test('an event that comes while the world ends waits for the next one', async () => {
  const before = bus({ rules: [ended] });
  before.start();
  await before.close();
  before.put(event);
  await before.idle();
  expect(delivered).toHaveLength(0);
  const after = bus({ rules: [ended] });
  after.start();
  await after.idle();
  expect(delivered).toHaveLength(1);
  await after.close();
});

test('schedules fire by the clock until the bus is closed', async () => {
  const nightly: Schedule = {
    ...{
      name: 'Nightly',
      arn: 'arn:schedule/Nightly',
      enabled: true,
      expression: 'cron(0 3 * * ? *)',
      timezone: 'Europe/Berlin',
    },
    target: target('rehearse', { input: '{"mode":"rehearsal"}' }),
  };
  const events = bus({ rules: [rule('EveryMinute', { schedule: 'rate(1 minute)' })], schedules: [nightly] });
  events.start();
  await clock.advance(150);
  expect(delivered).toHaveLength(2);
  expect(delivered[0]).toEqual([
    'one',
    'arn:rule/EveryMinute',
    expect.objectContaining({ source: 'aws.events', 'detail-type': 'Scheduled Event', detail: {} }),
  ]);
  await clock.advance(17 * 3600);
  expect(delivered).toContainEqual(['rehearse', 'arn:schedule/Nightly', { mode: 'rehearsal' }]);
  await events.close();
  const before = delivered.length;
  await clock.advance(3600);
  expect(delivered).toHaveLength(before);
});

test('a pattern or schedule that is not understood is refused when the bus is made', () => {
  expect(() => bus({ rules: [rule('Wrong', { pattern: { source: [{ cidr: 'x' }] } })] })).toThrow('Wrong');
  expect(() => bus({ rules: [rule('Wrong', { schedule: 'sometimes' })] })).toThrow('sometimes');
});
