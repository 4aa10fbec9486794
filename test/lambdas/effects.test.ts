import { changeDns } from '../../lambdas/change-dns/handler.ts';
import { checkDnsChange } from '../../lambdas/check-dns-change/handler.ts';
import { checkSourceStopped } from '../../lambdas/check-source-stopped/handler.ts';
import { checkTargetReady } from '../../lambdas/check-target-ready/handler.ts';
import { openGate } from '../../lambdas/open-gate/handler.ts';
import { proveDns } from '../../lambdas/prove-dns/handler.ts';
import { startRestore } from '../../lambdas/start-restore/handler.ts';
import { startTarget } from '../../lambdas/start-target/handler.ts';
import { stopSource } from '../../lambdas/stop-source/handler.ts';
import { keys } from '../../lib/domain/run.ts';
import { WorkflowError } from '../../lib/workflow/errors.ts';
import { later, lease, noon, record, source } from '../support/run-documents.ts';
import { type Account, call, refusedBy, withRun } from './account.ts';

const worker = {
  run: 'autumn',
  epoch: 1,
  copy: 'main',
  staging: { bucket: 'staging', prefix: 'runs/autumn/main-target-1' },
  lockKey: 'target',
  source: { secretArn: 'arn:source' },
  workers: 4,
  heartbeatSeconds: 10,
};

/** The handlers that change something through an API which knows no epoch, with the beginning of their first effect. */
const effects: readonly (readonly [string, string, (of: Account) => Promise<unknown>])[] = [
  ['StopSource', 'ecs scale web 0', (of) => stopSource.run(of, { lease }, call)],
  ['StartTarget', 'gate close', (of) => startTarget.run(of, { lease }, call)],
  ['ChangeDns', 'dns', (of) => changeDns.run(of, { lease }, call)],
  [
    'StartRestore',
    'job create',
    (of) => startRestore.run({ ...of, image: 'i', seconds: 30 }, { lease, token: 't', worker }, call),
  ],
  [
    'OpenGate',
    'gate open',
    (of) => {
      of.setLedger({
        pointOfNoReturn: noon,
        saved: { ...of.ledger().saved, gate: { ingress: 'retool', service: 'retool', port: 80 } },
      });
      return openGate.run(of, { lease }, call);
    },
  ],
];

describe.each(effects)('%s', (task, first, run) => {
  test('says in the ledger what it is about to do and until when, and takes it back afterwards', async () => {
    const it = withRun();
    await run(it);
    expect(it.did[0]).toMatch(new RegExp(`^${first}`));
    expect(it.seen[0]?.effect).toEqual({ task, until: later(30) });
    expect(it.ledger().effect).toBeNull();
  });

  test('leaves the mark where the outcome is unknown, so that a takeover waits', async () => {
    const it = withRun();
    it.failures.set(first, new Error('socket closed'));
    await expect(run(it)).rejects.toThrow('socket closed');
    expect(it.ledger().effect).toEqual({ task, until: later(30) });
    it.failures.set(first, new WorkflowError('ServiceUnavailable', 'timed out'));
    await expect(run(it)).rejects.toEqual(refusedBy('ServiceUnavailable'));
    expect(it.ledger().effect).toEqual({ task, until: later(30) });
  });

  test('takes the mark back where it was refused, because nothing can happen any more', async () => {
    const it = withRun();
    it.failures.set(first, new WorkflowError('TargetNotFound', 'no such thing'));
    await expect(run(it)).rejects.toEqual(refusedBy('TargetNotFound'));
    expect(it.ledger().effect).toBeNull();
  });

  test('may be tried again while its own mark stands, and then finishes', async () => {
    const it = withRun();
    it.failures.set(first, new WorkflowError('ServiceUnavailable', 'timed out'));
    await expect(run(it)).rejects.toEqual(refusedBy('ServiceUnavailable'));
    it.failures.clear();
    await run(it);
    expect(it.ledger().effect).toBeNull();
  });

  test("waits for another task's effect, and goes on once its time has passed", async () => {
    const it = withRun();
    it.setLedger({ effect: { task: 'Another', until: later(20) } });
    await expect(run(it)).rejects.toEqual(refusedBy('EffectInFlight', /Another may still act .* for 20 s/));
    expect(it.did).toEqual([]);
    it.time.now += 20_000;
    await run(it);
    expect(it.did.length).toBeGreaterThan(0);
  });

  test('does nothing when the lease is lost between its reading and its mark', async () => {
    const it = withRun();
    it.documents.before(keys.ledger(lease.migration), async () => it.setLedger({ epoch: 2 }));
    await expect(run(it)).rejects.toEqual(refusedBy('LeaseLost'));
    expect(it.did).toEqual([]);
  });
});

describe('StopSource', () => {
  const stop = (of: Account) => stopSource.run(of, { lease }, call);

  test('saves the counts, and that nobody may write, before the first service is touched', async () => {
    const it = withRun();
    expect(await stop(it)).toEqual({ services: 2 });
    expect(it.did).toEqual(['ecs scale web 0', 'ecs scale jobs 0']);
    expect(it.seen[0]).toMatchObject({
      phase: 'freezing',
      writable: 'none',
      saved: {
        services: [
          { service: 'web', desiredCount: 2 },
          { service: 'jobs', desiredCount: 1 },
        ],
      },
    });
  });

  test('saves the counts of now, not those that were collected', async () => {
    const it = withRun();
    it.services[0] = { ...it.services[0]!, desiredCount: 5 };
    await stop(it);
    expect(it.ledger().saved.services?.[0]).toEqual({ service: 'web', desiredCount: 5 });
  });

  test('half done and tried again, it does not save the zeros that it made', async () => {
    const it = withRun();
    it.failures.set('ecs scale jobs', new WorkflowError('ServiceUnavailable', 'throttled'));
    await expect(stop(it)).rejects.toEqual(refusedBy('ServiceUnavailable'));
    it.failures.clear();
    await stop(it);
    expect(it.ledger().saved.services?.map(({ desiredCount }) => desiredCount)).toEqual([2, 1]);
    expect(it.services.map(({ desiredCount }) => desiredCount)).toEqual([0, 0]);
  });

  test('refuses after the point of no return', async () => {
    const it = withRun();
    it.setLedger({ pointOfNoReturn: noon });
    await expect(stop(it)).rejects.toEqual(refusedBy('PastPointOfNoReturn'));
    expect(it.did).toEqual([]);
  });

  test('is over when no task runs or is about to', async () => {
    const it = withRun();
    it.services[0] = { ...it.services[0]!, desiredCount: 0, runningCount: 0, pendingCount: 1 };
    await expect(checkSourceStopped.run(it, { lease }, call)).rejects.toEqual(
      refusedBy('SourceStillRunning', /web \(1\), jobs \(1\)/),
    );
    await stop(it);
    it.services.forEach((service, index) => {
      it.services[index] = { ...service, runningCount: 0, pendingCount: 0 };
    });
    expect(await checkSourceStopped.run(it, { lease }, call)).toEqual({});
  });
});

describe('StartTarget', () => {
  test('closes the gate before it starts anything, and saves how both were', async () => {
    const it = withRun();
    await startTarget.run(it, { lease }, call);
    expect(it.did).toEqual(['gate close', 'scale retool 2']);
    expect(it.seen[0]?.saved).toMatchObject({
      deployments: [{ name: 'retool', replicas: 0 }],
      gate: { ingress: 'retool', service: 'retool', port: 80 },
    });
  });

  test('starts nothing when the gate cannot be closed', async () => {
    const it = withRun();
    it.failures.set('gate close', new WorkflowError('TargetNotFound', 'no ingress'));
    await expect(startTarget.run(it, { lease }, call)).rejects.toEqual(refusedBy('TargetNotFound'));
    expect(it.did).toEqual(['gate close']);
  });

  test('starts as many pods as the source ran tasks of that role, or as there are if those are more', async () => {
    const it = withRun();
    const services = [{ ...source().services[0]!, desiredCount: 4 }];
    it.documents.tamper(keys.document(lease.run, 'source'), source({ services }));
    await startTarget.run(it, { lease }, call);
    expect(it.did).toContain('scale retool 4');
    it.deployments.set('retool', { ...it.deployments.get('retool')!, replicas: 6 });
    await startTarget.run(it, { lease }, call);
    expect(it.did).toContain('scale retool 6');
  });

  test('is over when every deployment has at least one replica, and all of them ready', async () => {
    const it = withRun();
    await expect(checkTargetReady.run(it, { lease }, call)).rejects.toEqual(
      refusedBy('TargetNotReady', /retool \(0 of 0 ready\)/),
    );
    it.deployments.set('retool', { ...it.deployments.get('retool')!, replicas: 2, readyReplicas: 1 });
    await expect(checkTargetReady.run(it, { lease }, call)).rejects.toEqual(refusedBy('TargetNotReady'));
    it.deployments.set('retool', { ...it.deployments.get('retool')!, replicas: 2, readyReplicas: 2 });
    expect(await checkTargetReady.run(it, { lease }, call)).toEqual({});
  });
});

describe('ChangeDns', () => {
  test.each([
    ['of another type', { type: 'TXT' }, /got a TXT record/],
    ['that is routed', { setIdentifier: 'east' }, /a routed CNAME record \(east\)/],
  ])('deletes no record %s, but gives up', async (_, other, why) => {
    const it = withRun();
    const dns = { ...it.dns, records: async () => [record(), record(other)] };
    await expect(changeDns.run({ ...it, dns }, { lease }, call)).rejects.toEqual(refusedBy('WorldChanged', why));
    expect(it.did).toEqual([]);
  });

  test('saves the records as they are before it changes them', async () => {
    const it = withRun();
    expect(await changeDns.run(it, { lease }, call)).toEqual({ changeId: 'C1' });
    expect(it.seen[0]).toMatchObject({ phase: 'switching', saved: { dns: [record()] } });
    expect(it.zone()).toEqual([record({ values: ['eks.elb.example.com'] })]);
  });

  test('a second time it does not save its own change as the way back', async () => {
    const it = withRun();
    await changeDns.run(it, { lease }, call);
    await changeDns.run(it, { lease }, call);
    expect(it.ledger().saved.dns).toEqual([record()]);
  });

  test('is waited for until it is INSYNC', async () => {
    const it = withRun();
    expect(await checkDnsChange.run(it, { lease, changeId: 'C1' }, call)).toEqual({});
    const pending = { dns: { ...it.dns, inSync: async () => false } };
    await expect(checkDnsChange.run(pending, { lease, changeId: 'C1' }, call)).rejects.toEqual(
      refusedBy('DnsNotInSync', /C1 is still PENDING/),
    );
  });
});

describe('ProveDns', () => {
  const prove = (of: Account, asked: Record<string, string[]>, resolvers: string[] = Object.keys(asked)) =>
    proveDns.run(
      { ...of, resolvers, ask: async (servers) => servers.map((server) => ({ server, answer: asked[server] ?? [] })) },
      { lease, changeId: 'C1' },
      call,
    );

  test('writes what every name server answered', async () => {
    const it = withRun();
    await prove(it, { a: ['eks.elb.example.com'], b: ['eks.elb.example.com.'] });
    expect(it.documents.json(keys.document('autumn', 'switch'))).toEqual({
      changeId: 'C1',
      asked: [
        { server: 'a', answer: ['eks.elb.example.com'] },
        { server: 'b', answer: ['eks.elb.example.com.'] },
      ],
      at: noon,
    });
  });

  test.each([
    ['one of them still says the old', { a: ['eks.elb.example.com'], b: ['ecs.elb.example.com'] }, /b says ecs\.elb/],
    ['one of them says nothing', { a: ['eks.elb.example.com'], b: [] }, /b says nothing/],
  ])('is not content when %s', async (_, asked, why) => {
    await expect(prove(withRun(), asked as Record<string, string[]>)).rejects.toEqual(refusedBy('DnsNotSwitched', why));
  });

  test("asks the zone's own servers where none are named, and is not content with none at all", async () => {
    const it = withRun();
    await prove(it, { 'ns1.invalid': ['eks.elb.example.com'] }, []);
    const nobody = { ...it, dns: { ...it.dns, zone: async () => ({ name: 'z', nameServers: [], private: false }) } };
    await expect(prove(nobody, {}, [])).rejects.toEqual(refusedBy('DnsNotSwitched', /no name server is known/));
  });
});

describe('OpenGate', () => {
  test('refuses without a point of no return in the ledger', async () => {
    const it = withRun();
    await startTarget.run(it, { lease }, call);
    const before = it.did.length;
    await expect(openGate.run(it, { lease }, call)).rejects.toEqual(refusedBy('LeaseLost', /the gate stays closed/));
    expect(it.did).toHaveLength(before);
  });

  test('opens the gate that was closed, to what stood behind it', async () => {
    const it = withRun();
    await startTarget.run(it, { lease }, call);
    it.setLedger({ pointOfNoReturn: noon });
    await openGate.run(it, { lease }, call);
    expect(it.did.at(-1)).toBe('gate open to retool:80');
  });

  test('refuses where no gate was closed', async () => {
    const it = withRun();
    it.setLedger({ pointOfNoReturn: noon });
    await expect(openGate.run(it, { lease }, call)).rejects.toEqual(refusedBy('TargetNotFound'));
  });
});

describe('StartRestore', () => {
  const start = (of: Account, token: string) =>
    startRestore.run({ ...of, image: 'i', seconds: 30 }, { lease, token, worker }, call);

  test('names the Job by token and input: a second call is the same Job, another token another', async () => {
    const it = withRun();
    const { job } = await start(it, 'one');
    expect((await start(it, 'one')).job).toBe(job);
    expect((await start(it, 'two')).job).not.toBe(job);
    // 63 characters is the most that Kubernetes takes.
    expect(job).toMatch(/^restore-autumn-[0-9a-f]{8}$/);
  });

  test('the name does not give the token away', async () => {
    expect((await start(withRun(), 'tok')).job).not.toContain('tok-');
  });
});
