import { driftSince, type EarlierFindings, type RunFindings } from '../../../lib/domain/drift/drift.ts';
import type { DatabaseFindings, SourceFindings, TargetFindings } from '../../../lib/workflow/documents/collected.ts';
import { databases, deployed, dns, later, plan, rehearsal, source, target } from '../../support/run-documents.ts';
import { balancer, variable } from '../preflight/world.ts';

/** What a run has found, everything of it; what each case changes is below. */
export const collected = (): RunFindings => ({
  plan: plan(),
  configuration: deployed(),
  source: source(),
  target: target(),
  dns: dns(),
  databases: databases(),
});
export const changesOf = (was: EarlierFindings, is: RunFindings) => driftSince(rehearsal(), was, is).changes;

type Table = DatabaseFindings['largestTables'][number];
export const table = (name: string, more: Partial<Table> = {}): Table => ({
  table: name,
  kind: 'table',
  bytes: 1_000_000,
  rows: 10,
  primaryKey: true,
  unlogged: false,
  ...more,
});

export const onSource = (more: Partial<DatabaseFindings>): Partial<RunFindings> => ({
  databases: { ...databases(), source: { ...databases().source, ...more } },
});
export const onTarget = (more: Partial<DatabaseFindings>): Partial<RunFindings> => ({
  databases: { ...databases(), target: { ...databases().target, ...more } },
});
export const ofSource = (more: Partial<SourceFindings>): Partial<RunFindings> => ({ source: { ...source(), ...more } });
export const ofTarget = (more: Partial<TargetFindings>): Partial<RunFindings> => ({ target: { ...target(), ...more } });
export const [web, jobs] = source().services;
export const [main] = target().deployments;
export const behind = (dnsName: string) => ({
  ...dns(),
  loadBalancers: { ...dns().loadBalancers, target: { ...balancer('internet-facing'), dnsName } },
});
export const { ingress: gate } = target();
export const flags = (more: Partial<NonNullable<SourceFindings['encryption']>>) => ({
  gcm: false,
  v2: false,
  previousKey: null,
  ...more,
});
export const addOn = (present: boolean | null) => ({
  addOns: [{ name: 'external-secrets' as const, present, seen: present ? 'API group external-secrets.io' : '' }],
});
export const encryptedBy = (key: string, whole: boolean): Partial<DatabaseFindings> => ({
  canaries: {
    lookedAt: [{ table: 'public.resources', column: 'options', rows: 2000, whole }],
    keys: [{ fingerprint: key, values: 1 }],
    methods: [],
  },
});
export const window = { from: later(3600), to: later(7200) };
export const named = (fingerprint: string) => ({ secretArn: null, fingerprint });
export const license = (fingerprint: string) => [variable('LICENSE_KEY', { secret: true, fingerprint })];
