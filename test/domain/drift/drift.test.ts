import { driftSince, type RunFindings, unlikeApproved } from '../../../lib/domain/drift/drift.ts';
import { Drift } from '../../../lib/workflow/documents/measurement.ts';
import { dns, rehearsal } from '../../support/run-documents.ts';
import { server, variable } from '../preflight/world.ts';
import { cases } from './cases.ts';
import {
  addOn,
  behind,
  changesOf,
  collected,
  encryptedBy,
  flags,
  jobs,
  license,
  main,
  ofSource,
  ofTarget,
  onSource,
  onTarget,
  table,
  web,
} from './findings.ts';

describe('since a rehearsal', () => {
  test('nothing changed where everything is as it was', () => {
    expect(driftSince(rehearsal(), collected(), collected())).toEqual({
      since: { run: 'monday', at: rehearsal().finishedAt },
      changes: [],
      notCompared: [],
    });
  });

  test.each(Object.entries(cases))('%s is told', (_, [was, is, says]) => {
    const changes = changesOf({ ...collected(), ...was }, { ...collected(), ...is });
    const told = changes.map(
      (one) => `${one.what}: ${one.was} → ${one.is}${one.stops ? ', stops' : one.matters ? ', matters' : ''}`,
    );
    expect(told).toEqual([says]);
    expect(changes.every(({ because }) => because.length > 10)).toBe(true);
  });

  test('what is measured anew each time, and what AWS renews by itself, is no change', () => {
    const is = {
      ...collected(),
      ...onSource({ sizeBytes: 61_000_000, longestTransactionSeconds: 90, sessions: { used: 50, most: 100 } }),
      ...ofTarget({ kubernetesVersion: 'v1.33.9-eks-2' }),
    };
    expect(changesOf(collected(), is)).toEqual([]);
  });

  test.each<[string, Partial<RunFindings>, Partial<RunFindings>, RegExp]>([
    ['may migrate', {}, ofTarget({ deployments: [{ ...main!, mayMigrate: false }] }), /migrates the schema/],
    ['add-on', ofTarget(addOn(true)), ofTarget(addOn(false)), /the chart rests on it/],
    ['limits', {}, ofTarget({ deployments: [{ ...main!, limits: main!.requests }] }), /another speed/],
  ])('of "%s" it says why it matters', (_, was, is, because) => {
    const changes = changesOf({ ...collected(), ...was }, { ...collected(), ...is });
    expect(changes).toEqual([expect.objectContaining({ because: expect.stringMatching(because) })]);
  });

  test('an approval is for the gate that was looked at', () => {
    const is = { ...collected(), ...ofTarget({ backend: { ingress: 'retool', service: 'other', port: 80 } }) };
    expect(unlikeApproved(collected(), is)).toEqual([
      'backend of the gate: was retool, service retool:80, is retool, service other:80',
    ]);
    expect(unlikeApproved(collected(), collected())).toEqual([]);
  });

  test.each<[string, Partial<RunFindings>, Partial<RunFindings>]>([
    ['a server that RDS did not tell of', onTarget({ server: null }), onTarget({ server: server() })],
    ['an add-on that could not be looked for', ofTarget(addOn(null)), ofTarget(addOn(true))],
    ['a load balancer that IAM did not let see', { dns: dns() }, { dns: behind('eks.elb.example.com') }],
    [
      'autoscaling that IAM did not let see',
      ofSource({ services: [{ ...web!, autoscaling: null }, jobs!] }),
      ofSource({ services: [web!, jobs!] }),
    ],
    [
      'a secret that could not be read',
      ofSource({ variables: [variable('LICENSE_KEY', { secret: true })] }),
      ofSource({ variables: license('one') }),
    ],
    ['a version that the cluster did not tell', ofTarget({ kubernetesVersion: null }), {}],
    ['a flag that could not be read', ofTarget({ encryption: flags({ gcm: null }) }), {}],
    ['a database that no variable names in clear', ofTarget({ applicationDatabase: null }), {}],
    ['a sample of values, which has no order', onSource(encryptedBy('one', false)), onSource(encryptedBy('two', true))],
  ])('%s once is no change', (_, unknown, known) => {
    const [without, told] = [
      { ...collected(), ...unknown },
      { ...collected(), ...known },
    ];
    expect(changesOf(without, told)).toEqual([]);
    expect(changesOf(told, without)).toEqual([]);
  });

  test('a change that stops comes first, one that matters little last', () => {
    const is = {
      ...collected(),
      ...onSource({ version: '15.9', schemaMigrations: null, settings: { wal_level: 'logical' } }),
    };
    expect(changesOf(collected(), is).map(({ what }) => what)).toEqual([
      'schema migrations of the source',
      'wal_level of the source',
      'PostgreSQL of the source',
    ]);
  });

  test('every change that stops matters', () => {
    for (const [was, is] of Object.values(cases)) {
      for (const { stops, matters } of changesOf({ ...collected(), ...was }, { ...collected(), ...is })) {
        expect(stops && !matters).toBe(false);
      }
    }
  });

  test('of a database with more tables than are listed, none is said to be gone', () => {
    const listed = Array.from({ length: 1000 }, (_, index) => table(`public.t${index}`));
    const was = { ...collected(), ...onSource({ largestTables: [...listed.slice(1), table('public.smallest')] }) };
    expect(changesOf(was, { ...collected(), ...onSource({ largestTables: listed }) })).toEqual([]);
  });

  test('what cannot be read of the rehearsal is named, and the rest is compared', () => {
    const was = { ...collected(), source: null, configuration: null };
    const is = { ...collected(), ...ofTarget({ imageTag: 'new' }) };
    const drift = driftSince(rehearsal(), was, is);
    expect(drift.notCompared).toEqual(['configuration', 'source']);
    expect(drift.changes.map(({ what }) => what)).toEqual(['image tag of the target']);
    expect(Drift.parse(drift)).toEqual(drift);
  });

  test('no fingerprint of a variable and no reference to a secret is told', () => {
    const [was, is] = [ofSource({ variables: license('aaaa1111') }), ofSource({ variables: license('bbbb2222') })];
    const words = JSON.stringify(changesOf({ ...collected(), ...was }, { ...collected(), ...is }));
    expect(words).not.toMatch(/aaaa1111|bbbb2222/);
  });
});
