import { admitCutover } from '../../lambdas/admit-cutover/handler.ts';
import { changeDns } from '../../lambdas/change-dns/handler.ts';
import { checkBoot } from '../../lambdas/check-boot/handler.ts';
import { compareCopy } from '../../lambdas/compare-copy/handler.ts';
import { dropCopy } from '../../lambdas/drop-copy/handler.ts';
import { emptyStaging } from '../../lambdas/empty-staging/handler.ts';
import { fenceSource } from '../../lambdas/fence-source/handler.ts';
import { measureBoot } from '../../lambdas/measure-boot/handler.ts';
import { openApproval } from '../../lambdas/open-approval/handler.ts';
import { openGate } from '../../lambdas/open-gate/handler.ts';
import { passPointOfNoReturn } from '../../lambdas/pass-point-of-no-return/handler.ts';
import { prepareTarget } from '../../lambdas/prepare-target/handler.ts';
import { proveFence } from '../../lambdas/prove-fence/handler.ts';
import { proveTargetWrite } from '../../lambdas/prove-target-write/handler.ts';
import { recordRehearsal } from '../../lambdas/record-rehearsal/handler.ts';
import { releaseLease } from '../../lambdas/release-lease/handler.ts';
import { restoreDns } from '../../lambdas/restore-dns/handler.ts';
import { sealSource } from '../../lambdas/seal-source/handler.ts';
import { startBoot } from '../../lambdas/start-boot/handler.ts';
import { startRestore } from '../../lambdas/start-restore/handler.ts';
import { startSource } from '../../lambdas/start-source/handler.ts';
import { startTarget } from '../../lambdas/start-target/handler.ts';
import { stopBoot } from '../../lambdas/stop-boot/handler.ts';
import { stopSource } from '../../lambdas/stop-source/handler.ts';
import { stopTarget } from '../../lambdas/stop-target/handler.ts';
import { stopWorkers } from '../../lambdas/stop-workers/handler.ts';
import { unfenceSource } from '../../lambdas/unfence-source/handler.ts';
import { keys } from '../../lib/domain/run.ts';
import type { Lease } from '../../lib/workflow/documents/run.ts';
import { type TaskName, taskNames, tasks } from '../../lib/workflow/registry.ts';
import { copyProof, lease, rehearsal } from '../support/run-documents.ts';
import { type Account, call, refusedBy, withRun } from './account.ts';

const copying = { copy: 'main', into: 'scratch' } as const;
const copied = { manifest: 'm', tables: 1, rows: 1, bytes: 1, seconds: 1 };
const worker = {
  run: 'autumn',
  epoch: 1,
  copy: 'main',
  staging: { bucket: 'b', prefix: 'p' },
  lockKey: 'target',
  source: { secretArn: 's' },
  workers: 1,
  heartbeatSeconds: 10,
};

/** Every handler that acts in the name of a lease. */
const acting: { readonly [K in TaskName]?: (of: Account, held: Lease) => Promise<unknown> } = {
  AdmitCutover: (of, held) => admitCutover.run(of, { lease: held }, call),
  PrepareTarget: (of, held) =>
    prepareTarget.run({ ...of, bucket: 'b', seconds: 60 }, { lease: held, ...copying }, call),
  StartRestore: (of, held) =>
    startRestore.run({ ...of, image: 'i', seconds: 30 }, { lease: held, token: 't', worker }, call),
  CompareCopy: (of, held) => compareCopy.run(of, { lease: held, ...copying, dump: copied, restore: copied }, call),
  StartBoot: (of, held) => startBoot.run(of, { lease: held }, call),
  CheckBoot: (of, held) => checkBoot.run(of, { lease: held }, call),
  MeasureBoot: (of, held) => measureBoot.run(of, { lease: held }, call),
  StopBoot: (of, held) => stopBoot.run(of, { lease: held }, call),
  OpenApproval: (of, held) =>
    openApproval.run(
      { ...of, pages: 'https://pages.example.com', newKey: () => 'key' },
      { lease: held, subject: 'go', seconds: 60, redriven: 0, token: 't' },
      call,
    ),
  StopSource: (of, held) => stopSource.run(of, { lease: held }, call),
  FenceSource: (of, held) => fenceSource.run(of, { lease: held }, call),
  ProveFence: (of, held) => proveFence.run(of, { lease: held }, call),
  ProveTargetWrite: (of, held) =>
    proveTargetWrite.run(
      { ...of, proveWrite: async () => Promise.reject(new Error('it signed in')) },
      { lease: held },
      call,
    ),
  StartTarget: (of, held) => startTarget.run(of, { lease: held }, call),
  ChangeDns: (of, held) => changeDns.run(of, { lease: held }, call),
  SealSource: (of, held) => sealSource.run(of, { lease: held }, call),
  PassPointOfNoReturn: (of, held) => passPointOfNoReturn.run(of, { lease: held }, call),
  OpenGate: (of, held) => openGate.run(of, { lease: held }, call),
  StopWorkers: (of, held) => stopWorkers.run({ ...of, workerCluster: 'w' }, { lease: held }, call),
  StopTarget: (of, held) => stopTarget.run(of, { lease: held }, call),
  RestoreDns: (of, held) => restoreDns.run(of, { lease: held }, call),
  UnfenceSource: (of, held) => unfenceSource.run(of, { lease: held }, call),
  StartSource: (of, held) => startSource.run(of, { lease: held }, call),
  DropCopy: (of, held) => dropCopy.run(of, { lease: held }, call),
  EmptyStaging: (of, held) => emptyStaging.run(of, { lease: held }, call),
  ReleaseLease: (of, held) => releaseLease.run(of, { lease: held }, call),
  RecordRehearsal: (of, held) => recordRehearsal.run(of, { lease: held }, call),
};

/** These only read, or write what they read into their own run's evidence, or answer to no lease. */
const harmless: readonly TaskName[] = [
  'TakeLease',
  'BeginUnwind',
  'RecordRequester',
  'ReconcileRuns',
  'CollectSource',
  'CollectTarget',
  'CollectDns',
  'CollectMail',
  'InspectDatabases',
  'WriteFiles',
  'RunPreflight',
  'ShowApproval',
  'CastVote',
  'DecideApproval',
  'ReadApproval',
  'CheckSourceStopped',
  'CheckTargetReady',
  'CheckDnsChange',
  'ProveDns',
  'WriteReport',
];

test('every Lambda task is either tried here with a stale lease or is harmless', () => {
  const lambdas = taskNames.filter((name) => tasks[name].kind === 'lambda');
  expect([...Object.keys(acting), ...harmless].sort()).toEqual([...lambdas].sort());
});

describe.each(Object.entries(acting))('%s', (_, run) => {
  test.each([
    ['of an earlier epoch', lease, { epoch: 2 }],
    ['of another run', { ...lease, run: 'summer' }, {}],
    ['that was given back', lease, { holder: null }],
  ])('with a lease %s does nothing at all', async (__, held, now) => {
    const it = withRun();
    // Everything that the task could want to act on is there.
    it.documents.tamper(keys.document('autumn', 'copy-main'), copyProof());
    const saved = {
      services: [{ service: 'web', desiredCount: 2 }],
      fence: {},
      deployments: [{ name: 'retool', replicas: 0 }],
      gate: { ingress: 'retool', service: 'retool', port: 80 },
      dns: [],
      restoring: { database: 'retool', into: 'target' as const },
      boot: { cluster: 'acme-eks', namespace: 'retool' },
    };
    it.setLedger({ saved, lastRehearsal: rehearsal(), ...now });
    await it.staging.put('runs/autumn/chunk', 'x', 'text/plain');
    const [writes, staged] = [it.documents.writes.length, it.staging.objects.size];
    const attempt = run(it, held);
    // Given back at its own epoch is what a second ReleaseLease finds.
    if (run === acting.ReleaseLease && 'holder' in now) await attempt;
    else
      await expect(attempt).rejects.toEqual(
        expect.objectContaining({ name: expect.stringMatching(/LeaseLost|ServiceUnavailable/) }),
      );
    expect(it.did).toEqual([]);
    expect(it.outbox).toEqual([]);
    expect(it.documents.writes).toHaveLength(writes);
    expect(it.staging.objects.size).toBe(staged);
  });

  test('with a lease that a later epoch has taken over says so', async () => {
    const it = withRun();
    it.setLedger({ epoch: 2 });
    await expect(run(it, lease)).rejects.toEqual(refusedBy('LeaseLost', /no longer holds migration "acme-retool"/));
  });
});
