import { type BootingPod, judgeBoot, timesOf } from '../../lib/domain/boot.ts';
import { lastError, migrationFailed, saysMigrated, shown } from '../../lib/domain/boot-log.ts';
import { judgeKeys } from '../../lib/domain/decryption.ts';
import { later, noon } from '../support/run-documents.ts';

const pod = (more: Partial<BootingPod> = {}): BootingPod => ({
  name: 'passage-boot',
  annotations: {},
  variables: [],
  image: 'tryretool/backend:3.148.5-stable',
  container: 'main-backend',
  port: 3000,
  memoryLimit: '2Gi',
  createdAt: noon,
  unschedulable: null,
  probed: true,
  readySince: null,
  state: { kind: 'running', since: later(3) },
  ...more,
});
const judge = (of: BootingPod | null, log = '', seconds = 10) => judgeBoot(of, log, Date.parse(later(seconds)));
const ended = (exitCode: number, reason = 'Error') => pod({ state: { kind: 'ended', exitCode, reason } });
const waiting = (reason: string, message = '') => pod({ state: { kind: 'waiting', reason, message } });

describe('how a boot stands', () => {
  test('healthy once its probe is content', () => {
    expect(judge(pod({ readySince: later(9) }))).toMatchObject({ kind: 'healthy' });
    expect(judge(pod(), 'waiting for lock')).toEqual({
      kind: 'failed',
      error: 'BootNotReady',
      message: expect.stringMatching(/is not healthy yet. Its log ends with: waiting for lock/),
    });
  });

  test.each([
    ['is gone', null, '', 'BootFailed', /The booted pod is gone/],
    ['ran out of memory', ended(137, 'OOMKilled'), '', 'BootFailed', /ran out of memory \(its limit is 2Gi\)/],
    ['was killed by something else', ended(137), 'up', 'BootFailed', /ended with 137 .* liveness probe/],
    [
      'could not migrate',
      ended(1),
      'SequelizeDatabaseError: must be owner of table resources',
      'MigrationFailed',
      /while it migrated .* must be owner of table resources/,
    ],
    [
      'ended after its migrations',
      ended(1),
      'Database migrations are up to date.\nError: listen EADDRINUSE',
      'BootFailed',
      /ended with 1 before it was healthy. Its log ends with: Error: listen/,
    ],
    ['wrote nothing', ended(127), '', 'BootFailed', /It wrote nothing/],
    [
      'waits for a node',
      pod({ unschedulable: '0/3 nodes', state: { kind: 'waiting', reason: 'Pending', message: '' } }),
      '',
      'BootNotReady',
      /No node takes the pod: 0\/3 nodes/,
    ],
    ['is being created', waiting('ContainerCreating'), '', 'BootNotReady', /not started yet \(ContainerCreating\)/],
  ] as const)('one that %s', (_, of, log, error, message) => {
    expect(judge(of, log)).toEqual({ kind: 'failed', error, message: expect.stringMatching(message) });
  });

  test.each([
    ['ErrImagePull', /Image tryretool\/backend:3.148.5-stable cannot be pulled \(ErrImagePull\): not found/],
    ['ImagePullBackOff', /cannot be pulled/],
    ['CreateContainerConfigError', /Container "main-backend" cannot be started/],
  ])('%s is borne for a minute, because registries and Secrets come late, and no longer', (reason, message) => {
    expect(judge(waiting(reason, 'not found'), '', 59)).toMatchObject({ error: 'BootNotReady' });
    expect(judge(waiting(reason, 'not found'), '', 60)).toEqual({
      kind: 'failed',
      error: 'BootFailed',
      message: expect.stringMatching(message),
    });
  });

  test('its time runs from its process to its first healthy answer', () => {
    const state = { kind: 'running', since: later(3) } as const;
    const now = Date.parse(later(90));
    expect(timesOf({ ...pod({ readySince: later(45) }), state }, now)).toMatchObject({
      healthyAt: later(45),
      seconds: { start: 3, boot: 42 },
    });
    // Without a probe Kubernetes calls it ready at once: then what Passage heard counts.
    expect(timesOf({ ...pod({ probed: false, readySince: later(3) }), state }, now).seconds.boot).toBe(87);
  });
});

describe('what its log says', () => {
  test.each([
    ['SequelizeDatabaseError: column "sid" does not exist', true],
    ['Migration 20240101-x failed', true],
    ['Error while running migrations', true],
    ['Error: connect ECONNREFUSED', false],
    ['migrating\nDatabase migrations are up to date.\nSequelizeDatabaseError: later', false],
  ])('%j: a failed migration is %s', (log, failed) => {
    expect(migrationFailed(log)).toBe(failed);
  });

  test('the success line is the one that the vendor writes', () => {
    expect(saysMigrated('x\nDatabase migrations are up to date.\n[Worker] Worker 01 started')).toBe(true);
    expect(saysMigrated('Database migrations')).toBe(false);
  });

  test('the last line that names an error is told, not its stack', () => {
    expect(lastError('one\nError: two\n    at three\nfour\n')).toBe('Error: two');
    expect(lastError('one\ntwo\n')).toBe('two');
    expect(lastError('\n')).toBeNull();
  });

  test.each([
    ['postgres://retool:hunter2@db/x failed', 'hunter2'],
    ['{"password":"hunter2"} error', 'hunter2'],
    ['ENCRYPTION_KEY=abcdef error', 'abcdef'],
    ['token: retool_01j33n67seh459gds2n5xjyrfx', '01j33n67'],
    ['error in 8f14e45fceea167a5a36dedd4bea2543 here', '8f14e45f'],
    ['error: eyJhbGciOi.eyJzdWIiOi.SflKxw refused', 'eyJ'],
    ['error: eyJhbGciOi.eyJzdWIiOi.SflKxw refused', 'SflKxw'],
    ['failed with Authorization: Bearer hunter.two', 'hunter'],
    ['failed with bearer hunter two', 'hunter'],
    ['cannot reach postgres://retool:hun/ter2@db/x', 'ter2'],
    ['cannot reach postgres://retool:hun@ter2@db/x', 'ter2'],
    ['cannot reach postgres://retool:hun ter2@db/x', 'ter2'],
    ['error: password is "hunter2"', 'hunter2'],
    ['error: password is hunter2 or hunter3', 'hunter3'],
    ['passphrase=hun ter2 failed', 'ter2'],
    ['pwd=hunter2 failed', 'hunter2'],
    ['ENCRYPTION_KEY_OLD=hun ter2 failed', 'ter2'],
    ['option x=hunter2 failed', 'hunter2'],
    ['Key (email)=(ada@acme.example.com) already exists: error', 'ada'],
    ['Key (name)=(hun)ter2) already exists: error', 'ter2'],
    ['error: invalid input syntax for type json: "hunter2"', 'hunter2'],
    ['error: it does not like "hun\\"ter2"', 'ter2'],
    ['error: it does not like "hunter2', 'hunter2'],
    ["error: it doesn't like 'hunter2'", 'hunter2'],
    ["error near E'hunter2'", 'hunter2'],
    ['error near `hunter2`', 'hunter2'],
    ['error: user ada@acme.example.com is gone', 'ada'],
  ])('what may be a secret is left out of %j', (line, secret) => {
    expect(shown(line)).not.toContain(secret);
    expect(shown(line)).toContain('…');
  });

  test('what is none stays readable', () => {
    const line =
      'SequelizeDatabaseError: relation "workflow_block_results" does not exist at 20260301080000-add-name.js';
    expect(shown(line)).toBe(line);
    const refused = "error: password authentication failed, and it can't be tried again";
    expect(shown(refused)).toBe(refused);
    expect(shown('x'.repeat(500))).toHaveLength(301);
  });
});

test.each(['a-', 'migrate ', '"', "'", '(', '=', 'key', 'x://', 'error '])(
  'of a line of any length only the beginning is looked at: %j',
  (part) => {
    const long = part.repeat(500);
    const longer = `${long}${part.repeat(100_000)} error hunter2`;
    expect(shown(longer)).toBe(shown(long));
    expect(migrationFailed(longer)).toBe(migrationFailed(long));
  },
);

describe('which key it encrypts with', () => {
  const of = (counts: Record<string, number>) => new Map(Object.entries(counts));

  test('the key of the stored values is proved to be its own', () => {
    expect(judgeKeys(of({ a: 71 }), of({ a: 72 }), false)).toEqual({
      proved: true,
      saw: expect.stringContaining('71 stored values'),
    });
  });

  test('another key is refused, unless a rotation is under way', () => {
    expect(judgeKeys(of({ a: 71 }), of({ a: 71, b: 1 }), false)).toEqual({
      refused: expect.stringMatching(/another key/),
    });
    expect(judgeKeys(of({ a: 71 }), of({ a: 71, b: 1 }), true)).toMatchObject({ proved: false });
    expect(judgeKeys(of({ a: 60, b: 11 }), of({ a: 60, b: 12 }), true)).toMatchObject({ proved: true });
  });

  test('what did not appear, or has nothing to be compared with, proves nothing', () => {
    expect(judgeKeys(of({ a: 71 }), of({ a: 71 }), false)).toMatchObject({ proved: false });
    expect(judgeKeys(of({}), of({ a: 1 }), false)).toMatchObject({
      proved: false,
      saw: expect.stringMatching(/no encrypted/),
    });
  });
});
