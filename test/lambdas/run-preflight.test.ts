import { runPreflight } from '../../lambdas/run-preflight/handler.ts';
import { interval } from '../../lib/domain/quantities.ts';
import { keys, whereOf } from '../../lib/domain/run.ts';
import { Drift, Prediction } from '../../lib/workflow/documents/measurement.ts';
import { Preflight } from '../../lib/workflow/documents/preflight.ts';
import {
  databases,
  dns,
  lease,
  measurement,
  migrationFile,
  rehearsal,
  source,
  target,
} from '../support/run-documents.ts';
import { call, refusedBy, withRun } from './account.ts';
import { configured, uncollected, written } from './collecting.ts';

describe('RunPreflight', () => {
  test('a blocker stops the run before anything is copied, and says which side is wrong and what to do', async () => {
    const it = uncollected();
    it.documents.tamper(keys.document(lease.run, 'source'), source());
    it.documents.tamper(
      keys.document(lease.run, 'target'),
      target({ encryptionKey: { secretArn: null, fingerprint: '0'.repeat(32) } }),
    );
    it.documents.tamper(keys.document(lease.run, 'dns'), dns(...it.zone()));
    await expect(runPreflight.run(it, { lease, look: 'first' }, call)).rejects.toEqual(
      refusedBy(
        'PreflightBlocked',
        /Nothing was copied.*encryption-key: The target's ENCRYPTION_KEY .*is not the source's/,
      ),
    );
    // What was found stands in the evidence all the same.
    const { findings } = Preflight.parse(written(it, 'preflight'));
    expect(findings.find(({ id }) => id === 'encryption-key')?.severity).toBe('BLOCKER');
  });

  test('judges everything else where a database could not be looked into: the machine ends with that', async () => {
    const it = uncollected();
    it.documents.tamper(keys.document(lease.run, 'source'), source());
    it.documents.tamper(keys.document(lease.run, 'target'), target());
    it.documents.tamper(keys.document(lease.run, 'dns'), dns(...it.zone()));
    (it.documents.objects as Map<string, unknown>).delete(keys.document(lease.run, 'databases'));
    const refused = { name: 'SourceLoginRefused', message: 'source.invalid refused the login "passage".' } as const;
    await runPreflight.run(it, { lease, look: 'first', refused }, call);
    const { findings } = Preflight.parse(written(it, 'preflight'));
    expect(findings.find(({ id }) => id === 'databases-inspected')).toMatchObject({ severity: 'BLOCKER' });
    expect(findings.map(({ id }) => id)).toEqual(expect.arrayContaining(['encryption-key', 'dns-record', 'image-tag']));
    expect(findings.map(({ id }) => id)).not.toContain('extensions');
  });

  test('passes where nothing blocks, and counts the warnings that nobody answers for', async () => {
    const preflight = async (overrides: readonly object[]) => {
      const it = uncollected();
      configured(it, { ...migrationFile(), preflight: { overrides } });
      it.documents.tamper(keys.document(lease.run, 'source'), source());
      it.documents.tamper(keys.document(lease.run, 'target'), target());
      it.documents.tamper(keys.document(lease.run, 'dns'), dns(...it.zone()));
      const { warnings } = await runPreflight.run(it, { lease, look: 'first' }, call);
      return { warnings, findings: Preflight.parse(written(it, 'preflight')).findings };
    };
    const before = await preflight([]);
    expect(before.warnings).toBe(before.findings.filter(({ severity }) => severity === 'WARNING').length);
    const reason = 'the people are played by tests';
    const after = await preflight([{ check: 'approvers-reachable', reason }]);
    expect(after.warnings).toBe(before.warnings - 1);
    expect(after.findings.find(({ id }) => id === 'approvers-reachable')).toMatchObject({
      severity: 'WARNING',
      overridden: reason,
    });
  });

  describe('at its last look', () => {
    const again = async (more: Parameters<typeof source>[0]) => {
      const it = uncollected();
      for (const where of [lease.run, whereOf(lease.run, 'last')]) {
        it.documents.tamper(keys.document(where, 'source'), source(where === lease.run ? {} : more));
        it.documents.tamper(keys.document(where, 'target'), target());
        it.documents.tamper(keys.document(where, 'dns'), dns(...it.zone()));
        for (const name of ['databases', 'mail']) {
          it.documents.tamper(keys.document(where, name), it.documents.json(keys.document(lease.run, name)) as object);
        }
      }
      return runPreflight.run(it, { lease, look: 'last' }, call);
    };

    test('goes on where all is as it was approved', async () => {
      expect(await again({})).toMatchObject({ document: 'preflight' });
    });

    test('refuses a world that is no longer what people approved, and names what changed', async () => {
      const [main, ...others] = source().services;
      const services = [{ ...main!, size: { cpuMillis: 500, memoryMiB: 512 } }, ...others];
      await expect(again({ services })).rejects.toEqual(
        refusedBy('WorldChanged', /Since "go" was asked for: service \S+: size: .*is 0.5 vCPU, 512 MiB.*nothing was/),
      );
    });
  });

  test('knows whether this plan was rehearsed', async () => {
    const it = uncollected();
    it.documents.tamper(keys.document(lease.run, 'source'), source());
    it.documents.tamper(keys.document(lease.run, 'target'), target());
    it.documents.tamper(keys.document(lease.run, 'dns'), dns(...it.zone()));
    await runPreflight.run(it, { lease, look: 'first' }, call);
    const { findings } = Preflight.parse(written(it, 'preflight'));
    expect(findings.find(({ id }) => id === 'rehearsal-fresh')).toMatchObject({
      severity: 'WARNING',
      saw: expect.stringContaining('no green rehearsal'),
    });
    expect([written(it, 'drift'), written(it, 'prediction')]).toEqual([null, null]);
  });

  /** Rehearsed on Monday as it is now, but for its release. */
  const rehearsed = (mode: 'rehearsal' | 'cutover') => {
    const it = withRun(mode);
    it.documents.remove([keys.document(lease.run, 'preflight')]);
    it.setLedger({ lastRehearsal: rehearsal() });
    for (const name of ['plan', 'target', 'dns', 'databases']) {
      it.documents.tamper(keys.document('monday', name), it.documents.json(keys.document(lease.run, name)));
    }
    it.documents.tamper(keys.document('monday', 'source'), source({ imageTag: '3.100.0' }));
    it.documents.tamper(keys.measurement(lease.migration, measurement()), measurement());
    return it;
  };

  test('tells what changed since the last rehearsal, and refuses what stops a cutover', async () => {
    const it = rehearsed('cutover');
    await expect(runPreflight.run(it, { lease, look: 'first' }, call)).rejects.toEqual(
      refusedBy('PreflightBlocked', /drift-since-rehearsal: .*image tag of the source: 3\.100\.0 .*Rehearse again/),
    );
    const { since, changes } = Drift.parse(written(it, 'drift'));
    expect(since.run).toBe('monday');
    expect(changes[0]).toMatchObject({ what: 'image tag of the source', was: '3.100.0', stops: true });
  });

  test('in a rehearsal the same change is told only', async () => {
    const it = rehearsed('rehearsal');
    await runPreflight.run(it, { lease, look: 'first' }, call);
    const { findings } = Preflight.parse(written(it, 'preflight'));
    expect(findings.find(({ id }) => id === 'drift-since-rehearsal')?.severity).toBe('INFO');
    // It predicts once it has measured.
    expect(written(it, 'prediction')).toBeNull();
  });

  test('predicts the freeze for the size of today, and judges the window by that', async () => {
    const it = rehearsed('cutover');
    it.documents.tamper(keys.document('monday', 'source'), it.documents.json(keys.document(lease.run, 'source')));
    const grown = databases();
    it.documents.tamper(keys.document(lease.run, 'databases'), {
      ...grown,
      source: { ...grown.source, sizeBytes: 80_000_000 },
    });
    await runPreflight.run(it, { lease, look: 'first' }, call);
    const { low, high, parts, samples } = Prediction.parse(written(it, 'prediction'));
    const copy = parts.find(({ name }) => name === 'Copy and prove')!;
    expect(Math.sqrt(copy.low * copy.high)).toBeCloseTo((8 * 80) / 60);
    expect(samples).toMatchObject([{ run: 'monday', weight: 0.75 }]);
    const { findings } = Preflight.parse(written(it, 'preflight'));
    const { saw } = findings.find(({ id }) => id === 'freeze-window')!;
    expect(saw).toContain(`Predicted: ${interval({ low, high })}`);
    expect(rehearsal().predictedFreezeSeconds.high).not.toBe(high);
  });
});
